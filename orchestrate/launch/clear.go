package launch

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// A Clear has a launch move outputs to the trash before its task is planned, so that they are made again.
//
// However often the launch is tried, they are moved once: the entry in the trash and the hold of the tasks have
// names that belong to the launch, so that the next attempt finds how far the one before has come. What was made
// since the clear was asked for is left alone.
type Clear struct {
	Entry      string        `json:"entry"`                // of the trash: an ID that nothing else has
	Own        bool          `json:"own,omitempty"`        // the outputs of the task itself
	Downstream bool          `json:"downstream,omitempty"` // those of the tasks that depend on it
	Since      time.Time     `json:"since"`                // when it was asked for
	Keep       time.Duration `json:"keep"`                 // how long the trash keeps them
	Note       string        `json:"note,omitempty"`       // why
}

// HoldName returns the name of the hold of the tasks whose outputs an entry of the trash gets.
func HoldName(entry string) string { return "clear " + entry }

// DownstreamName returns the name of the request for the tasks whose outputs a launch has cleared because they depend
// on its own. It is made before the one of the launch.
func DownstreamName(name string) string { return "downstream of " + name }

// encode returns the clear as an argument. It can't be taken for a task, whose family begins with a letter.
func (c *Clear) encode() string {
	text, err := json.Marshal(c)
	if err != nil {
		panic(err) // a time, texts and numbers
	}
	return string(text)
}

// decodeClear returns the clear of an argument, or nil where that is the family of a task.
func decodeClear(arg string) (*Clear, error) {
	if !strings.HasPrefix(arg, "{") {
		return nil, nil
	}
	c := &Clear{}
	if err := json.Unmarshal([]byte(arg), c); err != nil {
		return nil, fmt.Errorf("what a launch is to clear: %w", err)
	}
	if c.Entry == "" {
		return nil, fmt.Errorf("what a launch is to clear has no entry in the trash: %s", arg)
	}
	return c, nil
}
