package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMeasureTellsMemoryAndTime(t *testing.T) {
	m, err := measure(t.Context(), shellCommand(`head -c 100M /dev/zero | LC_ALL=C tr '\0' 'x' > /dev/null`), os.Environ(), t.TempDir())
	require.NoError(t, err)
	require.Positive(t, m.Wall)
	require.Positive(t, m.CPU, "the work was done by children of the shell")
	require.Positive(t, m.RSS)
}

func TestMeasureTellsWhatACommandSaid(t *testing.T) {
	_, err := measure(t.Context(), shellCommand("echo 'no such thing' >&2; exit 3"), os.Environ(), t.TempDir())
	require.ErrorContains(t, err, "exit status 3")
	require.ErrorContains(t, err, "no such thing")
}

func TestAPipeThatBreaksIsAnError(t *testing.T) {
	_, err := measure(t.Context(), shellCommand("false | cat"), os.Environ(), t.TempDir())
	require.Error(t, err)
}

func TestOrphansAreWaitedFor(t *testing.T) {
	require.NoError(t, adoptOrphans())
	m, err := measure(t.Context(), shellCommand(`(head -c 300M /dev/zero | md5sum > sum) 2> /dev/null & exit 0`), os.Environ(), t.TempDir())
	require.NoError(t, err)
	require.Greater(t, m.CPU, m.Wall, "the work went on after the command had ended")
}

func TestFirstVersion(t *testing.T) {
	for text, want := range map[string]string{
		"sort (GNU coreutils) 9.1":    "9.1",
		"openjdk version \"17.0.15\"": "17.0.15",
		"command not found":           "not there",
	} {
		require.Equal(t, want, firstVersion(text))
	}
}

func TestMeanOfRuns(t *testing.T) {
	got := mean([]measurement{{Wall: 1, CPU: 2, RSS: 30}, {Wall: 3, CPU: 6, RSS: 10}})
	require.Equal(t, measurement{Wall: 2, CPU: 4, RSS: 30}, got, "means, and the greatest peak")
}
