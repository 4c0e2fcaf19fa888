package streamjob

import _ "embed"

// The texts of usage are Hadoop's.
var (
	//go:embed usage/options.txt
	optionsUsage string
	//go:embed usage/generic.txt
	genericUsage string
	//go:embed usage/short.txt
	shortUsage string
	//go:embed usage/detailed.txt
	detailedUsage string
	//go:embed usage/tool.txt
	toolUsage string

	// genericHelp is what the parser of generic options prints where it fails.
	//go:embed usage/generichelp.txt
	genericHelp string
)

// usage returns the text of -help, or of -info.
func usage(detailed bool) string {
	if detailed {
		return optionsUsage + genericUsage + detailedUsage
	}
	return optionsUsage + genericUsage + shortUsage
}
