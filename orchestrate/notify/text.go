package notify

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"
	"sync"
)

// plainText returns a message as the text of a mail.
func plainText(m *Message) string {
	v := newView(m)
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", oneLine(m.Subject))
	if len(v.Facts) > 0 {
		b.WriteString("\n")
	}
	width := 0
	for _, f := range v.Facts {
		width = max(width, len(f.Name))
	}
	for _, f := range v.Facts {
		for i, line := range f.Lines {
			name := f.Name
			if i > 0 {
				name = ""
			}
			fmt.Fprintf(&b, "  %-*s  %s\n", width, name, line)
		}
	}
	block := func(heading string, lines []string) {
		if len(lines) == 0 {
			return
		}
		fmt.Fprintf(&b, "\n%s\n\n", heading)
		for _, line := range lines {
			fmt.Fprintf(&b, "  %s\n", line)
		}
	}
	block(v.LinesHeading, v.Lines)
	block(v.CommandsHeading, v.Commands)
	block(v.LogHeading, v.Log)
	b.WriteString("\n-- \n")
	if v.Link != "" {
		fmt.Fprintf(&b, "%s\n", v.Link)
	}
	fmt.Fprintf(&b, "%s\n", v.Foot)
	return b.String()
}

//go:embed mail.html
var mailHTML string

// page lays out a message as a page, and escapes whatever is in it. It is read when it is first
// needed: hardly any command sends mail, and each would wait for it.
var page = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("mail").Funcs(template.FuncMap{
		"join":    func(lines []string) string { return strings.Join(lines, "\n") },
		"colour":  colour,
		"section": func(heading string, lines []string) htmlBlock { return htmlBlock{heading, lines} },
	}).Parse(mailHTML))
})

// An htmlBlock is a heading and the lines below it.
type htmlBlock struct {
	Heading string
	Lines   []string
}

func colour(m *Message) string {
	switch {
	case m.Status == StatusRecovered:
		return "#1a7f37"
	case m.Severity == Error:
		return "#b42318"
	case m.Severity == Warning:
		return "#9a6700"
	}
	return "#57606a"
}

// htmlText returns a message as the page of a mail.
func htmlText(m *Message) (string, error) {
	var b bytes.Buffer
	if err := page().Execute(&b, newView(m)); err != nil {
		return "", err
	}
	return b.String(), nil
}
