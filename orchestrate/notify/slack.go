package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// A Slack is an incoming webhook of Slack, or one that takes the same, such as Mattermost's.
type Slack struct {
	URL    Secret
	CAFile string // certificates in PEM that are trusted beside those of the system
}

type slackSender struct{ *poster }

func newSlackSender(s *Slack) (*slackSender, error) {
	p, err := newPoster(s.URL, s.CAFile)
	if err != nil {
		return nil, err
	}
	// Slack answers 403 and 404 for channels that are gone, which somebody may bring back.
	return &slackSender{p}, nil
}

func (s *slackSender) send(ctx context.Context, m *Message) ([]string, error) {
	body, err := json.Marshal(slackDocument(m))
	if err != nil {
		return nil, &DeliveryError{Permanent: true, Err: err}
	}
	return s.post(ctx, body, nil)
}

// A slackMessage is what an incoming webhook takes. Where there are blocks, Slack shows them, and the text in
// notifications; Mattermost shows the text.
type slackMessage struct {
	Text   string       `json:"text"`
	Blocks []slackBlock `json:"blocks"`
}

type slackBlock struct {
	Type     string      `json:"type"`
	Text     *slackText  `json:"text,omitempty"`
	Elements []slackText `json:"elements,omitempty"`
}

type slackText struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

// longestSlackText bounds the text of a block, in bytes; Slack refuses more than 3000 letters.
const longestSlackText = 2900

func slackDocument(m *Message) slackMessage {
	sections := slackSections(m)
	doc := slackMessage{Text: strings.Join(sections, "\n\n")}
	for _, text := range sections {
		doc.Blocks = append(doc.Blocks, slackBlock{Type: "section", Text: &slackText{"mrkdwn", text}})
	}
	return doc
}

// slackSections returns the parts of a message in Slack's own mark-up.
func slackSections(m *Message) []string {
	v := newView(m)
	sections := []string{slackMark(m) + " *" + slackEscape(shorten(oneLine(m.Subject), longestSubject)) + "*"}
	add := func(heading string, lines []string) {
		if len(lines) == 0 {
			return
		}
		// A fence in the text would end the block.
		code := strings.ReplaceAll(slackEscape(strings.Join(lines, "\n")), "```", "'''")
		room := longestSlackText - len(heading)
		if len(code) > room {
			code = "…" + strings.ToValidUTF8(code[len(code)-room:], "")
		}
		sections = append(sections, heading+"\n```\n"+code+"\n```")
	}
	if len(v.Facts) > 0 {
		var b strings.Builder
		for _, f := range v.Facts {
			fmt.Fprintf(&b, "*%s* %s\n", f.Name, slackEscape(shorten(strings.Join(f.Lines, ", "), 600)))
		}
		sections = append(sections, shorten(strings.TrimRight(b.String(), "\n"), longestSlackText))
	}
	add(v.LinesHeading, v.Lines)
	add(v.CommandsHeading, m.Commands)
	add(v.LogHeading, m.Log)
	if m.Link != "" {
		sections = append(sections, "<"+slackEscape(m.Link)+">")
	}
	return slices.DeleteFunc(sections, func(s string) bool { return s == "" })
}

// slackMark returns a sign that is seen from far.
func slackMark(m *Message) string {
	switch {
	case m.Status == StatusRecovered:
		return ":white_check_mark:"
	case m.Severity == Error:
		return ":red_circle:"
	case m.Severity == Warning:
		return ":warning:"
	}
	return ":information_source:"
}

// slackEscape keeps a text from making links and mentions: these three are all that Slack asks for.
func slackEscape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}
