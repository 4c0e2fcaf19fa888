package cli

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strings"

	"github.com/gomr/gomr/orchestrate"
)

// linkedDocs is set by the linker, see [LinkerFlags]: the Go doc of task types, which
// a program can't find in itself. Empty where the program was built by go build.
var linkedDocs string

// LinkerFlags returns the -ldflags by which docs, the Go doc of types by their
// names such as main.WordCount, and a version get into a program.
func LinkerFlags(docs map[string]string, version string) (string, error) {
	encoded, err := json.Marshal(docs) // sorted by name, so the program's bytes depend on the source alone
	if err != nil {
		return "", err
	}
	pkg := reflect.TypeFor[app]().PkgPath()
	flags := "-X=" + pkg + ".linkedDocs=" + base64.StdEncoding.EncodeToString(encoded)
	if version != "" {
		flags += " -X=" + pkg + ".linkedVersion=" + base64.StdEncoding.EncodeToString([]byte(version))
	}
	return flags, nil
}

// familyDocs returns the Go doc of the types of the tasks by family.
func familyDocs(tasks []orchestrate.Task) map[string]string {
	text, err := base64.StdEncoding.DecodeString(linkedDocs)
	var byType map[string]string
	if err != nil || json.Unmarshal(text, &byType) != nil {
		return nil // docs are no reason to fail
	}
	docs := make(map[string]string)
	for _, task := range tasks {
		typ := reflect.TypeOf(task)
		if typ == nil {
			continue // the registry complains
		}
		if typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		if doc := byType[typ.PkgPath()+"."+typ.Name()]; doc != "" {
			docs[orchestrate.Family(task)] = doc
		}
	}
	return docs
}

// doc returns what help says about a family: what its Help method returns, or its Go doc.
func (a *app) doc(family orchestrate.FamilyInfo) string {
	if family.Help != "" {
		return strings.TrimSpace(family.Help)
	}
	return strings.TrimSpace(a.docs[family.Name])
}

// firstSentence returns the text up to the first full stop that ends a sentence, on one line.
func firstSentence(text string) string {
	paragraph, _, _ := strings.Cut(text, "\n\n")
	line := strings.Join(strings.Fields(paragraph), " ")
	sentence, _, _ := strings.Cut(line, ". ")
	return strings.TrimSuffix(sentence, ".")
}
