// Command bundle makes the files in ../dist of the source in ../app:
//
//	cd orchestrate/web && go run ./bundle
//
// It needs what "npm ci" has put into app/node_modules. "make web" does both.
package main

import (
	"fmt"
	"os"

	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	result := api.Build(api.BuildOptions{
		EntryPoints:       []string{"app/src/app.tsx", "app/src/app.css"},
		Outdir:            "dist",
		Bundle:            true,
		Write:             true,
		Format:            api.FormatESModule,
		Target:            api.ES2022,
		Charset:           api.CharsetUTF8,
		JSX:               api.JSXAutomatic,
		JSXImportSource:   "preact",
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		LegalComments:     api.LegalCommentsEndOfFile,
		LogLevel:          api.LogLevelWarning,
	})
	if len(result.Errors) > 0 {
		os.Exit(1)
	}
	for _, file := range result.OutputFiles {
		fmt.Fprintf(os.Stdout, "%s: %d bytes\n", file.Path, len(file.Contents))
	}
}
