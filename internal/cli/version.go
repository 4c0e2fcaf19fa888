package cli

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// linkedVersion is the program's version, set by the linker, see [LinkerFlags].
var linkedVersion string

// modulePath is the path of the module that this package is in.
const modulePath = "github.com/gomr/gomr"

// A versionInfo says what the program was made of.
type versionInfo struct {
	Program string `json:"program"`       // the path of its main package
	Version string `json:"version"`       // of the program
	Gomr    string `json:"gomr"`          // version of gomr in it
	Go      string `json:"go"`            // version of Go it was compiled by
	System  string `json:"system"`        // such as linux/amd64
	VCS     string `json:"vcs,omitempty"` // revision of its source, where the build recorded it
}

func readVersion() versionInfo {
	info := versionInfo{Version: "(devel)", Gomr: "(devel)", Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	if build, ok := debug.ReadBuildInfo(); ok {
		info.Program = build.Path
		info.readBuild(build)
	}
	if version, err := base64.StdEncoding.DecodeString(linkedVersion); err == nil && len(version) > 0 {
		info.Version = string(version)
	}
	return info
}

func (v *versionInfo) readBuild(build *debug.BuildInfo) {
	if build.Main.Version != "" {
		v.Version = build.Main.Version
	}
	if build.Main.Path == modulePath {
		v.Gomr = v.Version
	}
	for _, dep := range build.Deps {
		if dep.Path == modulePath && dep.Replace == nil {
			v.Gomr = dep.Version
		}
	}
	for _, setting := range build.Settings {
		if setting.Key == "vcs.revision" {
			v.VCS = setting.Value
		}
	}
}

func (a *app) versionCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Show the versions of the program, gomr and Go",
		Args:  NoArgs,
		RunE: func(*cobra.Command, []string) error {
			info := readVersion()
			if asJSON {
				return writeJSON(a.stdout, info)
			}
			_, err := fmt.Fprintf(a.stdout, "%s %s (gomr %s, %s, %s)\n", a.name, info.Version, info.Gomr, info.Go, info.System)
			return err
		},
		DisableFlagsInUseLine: true,
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}

// NoArgs is for the Args field of a command that takes none.
func NoArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes no arguments, but there is %q", cmd.CommandPath(), args[0])
	}
	return nil
}

func writeJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
