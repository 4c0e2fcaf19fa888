package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestChoose(t *testing.T) {
	jobs := []job{
		{name: "words", rows: []row{{name: "gomr"}, {name: "mrjob inline"}, {name: "mrjob local"}}},
		{name: "words-few", rows: []row{{name: "gomr"}}},
		{name: "wordsmith", rows: []row{{name: "mrjob local"}}},
		{name: "words-yarn", cluster: true, rows: []row{{name: "gomr"}}},
	}
	for _, test := range []struct {
		name         string
		names, tools []string
		want         []string
	}{
		{"all", nil, nil, []string{"words/gomr", "words/mrjob inline", "words/mrjob local", "words-few/gomr", "wordsmith/mrjob local"}},
		{"a job and its variants", []string{"words"}, nil, []string{"words/gomr", "words/mrjob inline", "words/mrjob local", "words-few/gomr"}},
		{"a tool", nil, []string{"mrjob"}, []string{"words/mrjob inline", "words/mrjob local", "wordsmith/mrjob local"}},
		{"a row", []string{"words"}, []string{"mrjob local"}, []string{"words/mrjob local"}},
		{"nothing", []string{"word"}, nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, j := range choose(jobs, false, test.names, test.tools) {
				for _, r := range j.rows {
					got = append(got, j.name+"/"+r.name)
				}
			}
			require.Equal(t, test.want, got)
		})
	}
	require.Equal(t, jobs[3:], choose(jobs, true, []string{"words"}, nil))
	require.Len(t, jobs[0].rows, 3, "the jobs themselves stay whole")
}

// TestJobsHoldTogether finds rows and inputs that are named and not there.
func TestJobsHoldTogether(t *testing.T) {
	script := regexp.MustCompile(`\$PEERS/(\S+)`)
	seen := make(map[string]bool)
	for _, j := range allJobs() {
		require.False(t, seen[j.name], "two jobs have the name %s", j.name)
		seen[j.name] = true
		names := make([]string, 0, len(j.rows))
		for _, r := range j.rows {
			require.NotContains(t, names, r.name, "two rows of %s", j.name)
			names = append(names, r.name)
			for _, input := range r.inputs {
				require.Contains(t, dataSets, input)
			}
			if peer := script.FindStringSubmatch(r.command); peer != nil {
				require.FileExists(t, filepath.Join("peers", peer[1]))
			}
			require.NoError(t, exec.CommandContext(t.Context(), "bash", "-n", "-c", r.command).Run(), "%s/%s is no command of bash", j.name, r.name)
		}
		for _, r := range j.rows {
			require.True(t, r.base == "" || slices.Contains(names, r.base), "%s/%s is told against %s", j.name, r.name, r.base)
		}
	}
}

func TestTargetsNameRowsThatAreThere(t *testing.T) {
	full := new(results)
	for _, j := range allJobs() {
		result := &jobResult{Name: j.name}
		for _, r := range j.rows {
			result.Rows = append(result.Rows, &rowResult{Name: r.name, Bytes: 1, Runs: []measurement{{Wall: 1, CPU: 1, RSS: 1}}})
		}
		full.set(result)
	}
	for _, j := range allJobs() {
		for _, target := range j.targets {
			measured, _ := target.check(full, full.job(j.name))
			require.NotEqual(t, notMeasured, measured, "%s: %s", j.name, target.text)
		}
	}
}

func TestEveryPeerIsUsed(t *testing.T) {
	files, err := os.ReadDir("peers")
	require.NoError(t, err)
	for _, file := range files {
		if filepath.Ext(file.Name()) != ".py" {
			continue
		}
		used := slices.ContainsFunc(allJobs(), func(j job) bool {
			return slices.ContainsFunc(j.rows, func(r row) bool { return regexp.MustCompile(file.Name()).MatchString(r.command) })
		})
		require.True(t, used, file.Name())
	}
}
