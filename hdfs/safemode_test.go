package hdfs

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// A recorder is a namenode that answers each call with one message, and knows what it was asked.
type recorder struct {
	asked  []string
	answer fields
}

func (r *recorder) Execute(method string, request, response proto.Message) error {
	text, err := prototext.MarshalOptions{}.Marshal(request)
	r.asked = append(r.asked, method+" "+string(text))
	answer := response.ProtoReflect()
	for name, value := range r.answer {
		answer.Set(answer.Descriptor().Fields().ByName(name), protoreflect.ValueOf(value))
	}
	return err
}

// TestInSafeMode: the namenode is asked, and not taken into safe mode or out of it.
func TestInSafeMode(t *testing.T) {
	for _, on := range []bool{false, true} {
		namenode := &recorder{answer: fields{"result": on}}
		client := &Client{settings: &settings{}, slots: make(chan *connection, 1), closed: make(chan struct{})}
		client.slots <- &connection{namenode: namenode}
		found, err := client.InSafeMode()
		require.NoError(t, err)
		require.Equal(t, on, found)
		require.Len(t, namenode.asked, 1)
		require.Regexp(t, `^setSafeMode action: ?SAFEMODE_GET +checked: ?true$`, namenode.asked[0])
	}
}
