package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDocumentation: the Go code of the page for those who come from Luigi is code that compiles.
func TestDocumentation(t *testing.T) {
	var sources []string
	for _, name := range []string{"main.go", "database.go", "more.go", "../wordcount/main.go"} {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		sources = append(sources, string(text))
	}
	page, err := os.ReadFile("../../docs/luigi.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	require.NotEmpty(t, blocks)
	for _, block := range blocks {
		require.Contains(t, strings.Join(sources, "\n"), block[1])
	}
}

// TestLinks: what the page refers to in this tree is there.
func TestLinks(t *testing.T) {
	page, err := os.ReadFile("../../docs/luigi.md")
	require.NoError(t, err)
	for _, link := range regexp.MustCompile(`\]\((\.\./[^)#]+)`).FindAllStringSubmatch(string(page), -1) {
		_, err := os.Stat("../" + link[1])
		require.NoError(t, err)
	}
}
