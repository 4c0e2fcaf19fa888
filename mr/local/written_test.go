package local_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/local"
)

// TestRun_Check: a check knows what the last step has written, and what it rejects is kept until the next run.
func TestRun_Check(t *testing.T) {
	copyLine := mr.MapFunc(func(line string, emit mr.Emit[string, int]) error {
		emit(line, 1)
		return nil
	})
	merged := mr.MapFunc(func(p mr.KV[string, int], emit mr.Emit[int, int]) error {
		emit(p.Value, 1)
		return nil
	})
	tests := map[string]struct {
		job  mr.Job
		want local.Written
	}{
		"a reduce":         {words, local.Written{Rows: 3, Bytes: 12}},
		"only a map":       {mr.MapOnly(copyLine), local.Written{Rows: 2, Bytes: 16}},
		"the last step":    {mr.Then(words, mr.MapMerge(merged, mr.Sum)), local.Written{Rows: 1, Bytes: 4}},
		"a map comes last": {mr.Then(words, mr.MapOnly(merged)), local.Written{Rows: 3, Bytes: 12}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			fsys := folder(t, map[string]string{"/in/a": "a b c\na b c\n"})
			errNo := errors.New("too little")
			var got local.Written
			options := local.Options{
				Files: fsys, Inputs: []string{"/in"}, Output: "/out", ResumeKey: "k",
				Check:        func(_ context.Context, w local.Written) error { got = w; return errNo },
				BeforeCommit: func(context.Context) error { return errors.New("nobody asks for what is rejected") },
			}
			for range 2 {
				_, err := local.Run(t.Context(), test.job, options)
				require.ErrorIs(t, err, errNo)
				require.EqualError(t, err, "too little; the rejected output is in /.out.gomr-rejected until the next run")
				require.Equal(t, test.want, got)
				require.Contains(t, names(t, fsys, "/.out.gomr-rejected"), "_SUCCESS")
				require.NotContains(t, names(t, fsys, "/"), "out")
			}
			options.Check = func(context.Context, local.Written) error { return nil }
			options.BeforeCommit = nil
			_, err := local.Run(t.Context(), test.job, options)
			require.NoError(t, err)
			require.Equal(t, []string{"in", "out"}, names(t, fsys, "/"))
		})
	}
}
