package e2e

import (
	"flag"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/client"
	"github.com/gomr/gomr/orchestrate/scheduler"
	"github.com/gomr/gomr/orchestrate/store"
)

var (
	kills     = flag.Int("kills", 30, "how many processes the chaos test kills at least")
	chaosSeed = flag.Uint64("chaos-seed", 1, "seed of what the chaos test kills")
)

// TestChaos kills the server, the workers, the keepers and the tasks at random while graphs run:
// nothing is lost, nothing runs twice at once or too early, and each output comes of one attempt.
func TestChaos(t *testing.T) {
	const tasksInRound = 40
	t.Logf("-kills %d -chaos-seed %d", *kills, *chaosSeed)
	c := &chaos{shared: newShared(t, "github.com/gomr/gomr/internal/e2e/chaotic"), random: rand.New(rand.NewPCG(*chaosSeed, 0))}
	for _, name := range c.names() {
		c.workers = append(c.workers, c.startWorker(t, name))
	}
	for round := 0; c.killed < *kills; round++ {
		wait := c.background(t, "Graph", "--dir", c.dir, "--round", strconv.Itoa(round), "--count", strconv.Itoa(tasksInRound), "--quiet")
		ended := make(chan int, 1)
		go func() {
			_, code := wait()
			ended <- code
		}()
		require.Zero(t, c.disturb(t, ended), "round %d", round)
		c.check(t, round, tasksInRound)
	}
}

// A chaos is a server with workers, and what kills them.
type chaos struct {
	*shared

	workers []*exec.Cmd
	random  *rand.Rand
	killed  int
}

func (c *chaos) names() []string { return []string{"one", "two", "three"} }

// disturb kills until a run has ended, and returns its exit code.
func (c *chaos) disturb(t *testing.T, ended <-chan int) int {
	t.Helper()
	limit := time.After(5 * time.Minute)
	for {
		select {
		case code := <-ended:
			return code
		case <-limit:
			require.Fail(t, "a run has not ended in five minutes", "%d were killed", c.killed)
		case <-time.After(time.Duration(c.random.IntN(300)) * time.Millisecond):
			c.killOne(t)
		}
	}
}

// killOne kills a process, and starts the server or the worker again.
func (c *chaos) killOne(t *testing.T) {
	t.Helper()
	switch what := c.random.IntN(10); {
	case what < 2:
		killProcess(c.server)
		c.startServer(t)
	case what < 5:
		i := c.random.IntN(len(c.workers))
		killProcess(c.workers[i])
		c.workers[i] = c.startWorker(t, c.names()[i])
	default:
		processes := c.attempts()
		if len(processes) == 0 {
			return
		}
		_ = syscall.Kill(processes[c.random.IntN(len(processes))], syscall.SIGKILL) // it may have ended
	}
	c.killed++
}

// check looks at what a round has left.
func (c *chaos) check(t *testing.T, round, tasks int) {
	t.Helper()
	violations, err := filepath.Glob(filepath.Join(c.dir, "violation-*"))
	require.NoError(t, err)
	require.Empty(t, violations)
	remote, err := client.New(c.url(), client.Options{})
	require.NoError(t, err)
	defer remote.Close()
	together := 0
	for i := range tasks {
		for family, number := range map[string]int{"Step": i, "Part": 1000 + i} {
			require.FileExists(t, filepath.Join(c.dir, "done-"+strconv.Itoa(round)+"-"+strconv.Itoa(number)))
			id := family + "(dir=" + c.dir + ", number=" + strconv.Itoa(i) + ", round=" + strconv.Itoa(round) + ")"
			explanation, err := remote.Explain(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, store.Done, explanation.Task.State, id)
			together += c.checkHistory(t, remote, explanation)
		}
	}
	require.Positive(t, together)
	temporary, err := filepath.Glob(filepath.Join(c.dir, ".done-*.tmp"))
	require.NoError(t, err)
	t.Logf("round %d: %d killed so far, %d temporary files left by killed tasks, %d attempts in a batch", round, c.killed, len(temporary), together)
}

// checkHistory checks that the attempts at a task came one after the other, and the last one has succeeded. It
// returns how many were made by the process of another one.
func (c *chaos) checkHistory(t *testing.T, remote *client.Client, e scheduler.Explanation) (together int) {
	t.Helper()
	attempts, err := remote.Attempts(t.Context(), store.AttemptQuery{Task: e.Task.Key, Limit: 1000})
	require.NoError(t, err)
	require.NotEmpty(t, attempts)
	for i, a := range attempts { // the newest first
		require.Equal(t, i == 0, a.Outcome == store.Succeeded, "%s: attempt %d %s", e.Task.ID, a.Fence, a.Outcome)
		require.False(t, a.Ended.IsZero())
		if a.Batch != 0 {
			together++
		}
		if i > 0 {
			require.False(t, attempts[i-1].Started.Before(a.Ended), "%s: attempts %d and %d at once", e.Task.ID, a.Fence, attempts[i-1].Fence)
		}
	}
	return together
}
