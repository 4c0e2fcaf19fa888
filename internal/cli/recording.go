package cli

import (
	"context"
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/spf13/pflag"

	"github.com/gomr/gomr/orchestrate"
	"github.com/gomr/gomr/orchestrate/details"
	"github.com/gomr/gomr/orchestrate/fingerprint"
)

func (p *placeFlags) addFingerprint(flags *pflag.FlagSet) {
	flags.BoolVar(&p.noFingerprint, "no-fingerprint", false, "do not record beside the outputs what they were made of")
}

// recorder returns what records the fingerprints of outputs, see [orchestrate.Config.Record]. What can't be
// recorded is a warning: the output is there, and good. Tell, unless nil, is told how large inputs and outputs are.
func (p *placeFlags) recorder(log *slog.Logger, tell func(details.Details)) func(context.Context, orchestrate.Task) ([]byte, func(context.Context)) {
	if p.noFingerprint {
		return nil
	}
	if tell == nil {
		tell = func(details.Details) {}
	}
	return func(ctx context.Context, task orchestrate.Task) ([]byte, func(context.Context)) {
		f := fingerprint.Take(ctx, task, thisProgram(), time.Now())
		tell(details.OfInputs(f.Inputs))
		return f.Encode(), func(ctx context.Context) {
			tell(details.OfOutputs(fingerprint.Look(ctx, targetsOf(task))))
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
	if id := goBuildID(file); id != "" {
		return id
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return ""
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// noteHeader is how many bytes of a note stand before what it says: the lengths, the type, and the name "Go".
const noteHeader = 16

// goBuildID returns the last part of the ID that Go gives to an executable, which is a hash of its content. Where it is
// none of Linux, or the ID is stripped, it is empty.
func goBuildID(file io.ReaderAt) string {
	executable, err := elf.NewFile(file)
	if err != nil {
		return ""
	}
	section := executable.Section(".note.go.buildid")
	if section == nil {
		return ""
	}
	note, err := section.Data()
	if err != nil || len(note) < noteHeader {
		return ""
	}
	id := strings.TrimRight(string(note[noteHeader:]), "\x00")
	return id[strings.LastIndexByte(id, '/')+1:]
}
