package stress_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr/stress"
)

func TestTheMessageOfADifference(t *testing.T) {
	long := strings.Repeat("x", 1000)
	for _, test := range []struct {
		name string
		d    stress.Difference
		want string
	}{
		{"values", stress.Difference{Seed: 17, Key: "the", Want: []string{"3"}, Got: []string{"2"}, Cause: stress.Combining},
			`the output changes under stress, seed 17; the first key is "the"
  without stress:  "3"
  under stress:    "2"
  cause:           combining
` + stress.Combining.Explain()},
		{"a missing key, in a step", stress.Difference{Seed: 1, Key: "the", Want: []string{"3", "4"}, Cause: stress.Attempts, Step: 2},
			`the output changes under stress, seed 1; the first key is "the"
  without stress:  "3", "4"
  under stress:    no such line
  cause:           attempts
  step:            2
` + stress.Attempts.Explain()},
		{"long values", stress.Difference{Seed: 1, Key: "the", Want: []string{long + "a" + long}, Got: []string{long + "b"}, Cause: stress.Order},
			`the output changes under stress, seed 1; the first key is "the"
  without stress:  …"` + long[:40] + "a" + long[:159] + `"…
  under stress:    …"` + long[:40] + `b"
  cause:           order of values
` + stress.Order.Explain()},
		{"a failure", stress.Difference{Seed: 1, Err: errors.New("no more"), Cause: stress.EmptyTasks},
			"the job fails under stress, seed 1: no more\n  cause:           empty tasks\n" + stress.EmptyTasks.Explain()},
		{"several causes", stress.Difference{Seed: 1, Key: "k"},
			`the output changes under stress, seed 1; the first key is "k"
  without stress:  no such line
  under stress:    no such line
  cause:           unknown
the output changes only where several things come together: empty tasks, combining, order of values, splits, attempts`},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, test.d.Error())
		})
	}
}

func TestADifferenceAsJSON(t *testing.T) {
	text, err := json.Marshal(&stress.Difference{Seed: 17, Key: "the", Want: []string{"3"}, Cause: stress.Order, Step: 2})
	require.NoError(t, err)
	require.JSONEq(t, `{"seed":17,"key":"the","want":["3"],"got":null,"cause":"order of values","step":2}`, string(text))
	text, err = json.Marshal(&stress.Difference{Seed: 17, Err: errors.New("no more"), Cause: stress.EmptyTasks})
	require.NoError(t, err)
	require.JSONEq(t, `{"seed":17,"key":"","want":null,"got":null,"cause":"empty tasks","error":"no more"}`, string(text))
}
