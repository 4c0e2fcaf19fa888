package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"os"
	"regexp"
	"runtime/debug"
	"sync"
	"time"

	"github.com/spf13/pflag"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/fingerprint"
)

func (p *placeFlags) addFingerprint(flags *pflag.FlagSet) {
	flags.BoolVar(&p.noFingerprint, "no-fingerprint", false, "do not record beside the outputs what they were made of")
}

// recorder returns what records the fingerprints of outputs, see [orchestrate.Config.Record]. What can't be
// recorded is a warning: the output is there, and good.
func (p *placeFlags) recorder(log *slog.Logger) func(context.Context, orchestrate.Task) ([]byte, func(context.Context)) {
	if p.noFingerprint {
		return nil
	}
	return func(ctx context.Context, task orchestrate.Task) ([]byte, func(context.Context)) {
		f := fingerprint.Take(ctx, task, thisProgram(), time.Now())
		return f.Encode(), func(ctx context.Context) {
			if err := f.WriteBeside(ctx, targetsOf(task)); err != nil {
				log.Warn("no fingerprint beside the output", "task", f.Task, "error", err)
			}
		}
	}
}

// recordName returns the name of the file for a record, or none where there is no record.
func recordName(record []byte) string {
	if len(record) == 0 {
		return ""
	}
	return orchestrate.RecordName
}

// targetsOf returns the targets of a task's output, those that are several taken apart.
func targetsOf(task orchestrate.Task) []orchestrate.Target {
	if orchestrate.IsWrapper(task) {
		return nil
	}
	return orchestrate.Targets{task.Output()}.Flat()
}

// thisProgram returns what outputs are made by.
var thisProgram = sync.OnceValue(func() fingerprint.Program {
	info := readVersion()
	p := fingerprint.Program{
		Path: info.Program, Version: info.Version, Revision: info.VCS, Gomr: info.Gomr, Go: info.Go, Build: buildID(),
	}
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range build.Settings {
			p.Modified = p.Modified || setting.Key == "vcs.modified" && setting.Value == "true"
		}
	}
	return p
})

// goBuildID is how Go marks an executable: the last of the parts changes with its content.
var goBuildID = regexp.MustCompile(`\xff Go build ID: "[^"\n]*/([^"/\n]+)"\n`)

// buildIDWithin is how much of an executable is read for its build ID, which Go puts in front of the code.
const buildIDWithin = 64 << 10

// buildID returns what changes when the executable does: Go's own ID of its content, which costs no look at all of it, or
// else a hash. Empty where it can't be read.
func buildID() string {
	name, err := os.Executable()
	if err != nil {
		return ""
	}
	file, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer file.Close()
	head := make([]byte, buildIDWithin)
	n, err := io.ReadFull(file, head)
	if err == nil || n > 0 {
		if match := goBuildID.FindSubmatch(head[:n]); match != nil {
			return string(match[1])
		}
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, io.NewSectionReader(file, 0, 1<<40)); err != nil {
		return ""
	}
	return hex.EncodeToString(hash.Sum(nil))
}
