package layout

import (
	"fmt"
	"strings"
)

// longest is how many letters a line of a label has.
const longest = 32

// Lines returns what is written into the box of a node: of a task its family and its parameters, as far as
// there is room.
func (n *Node) Lines() (name, detail string) {
	if n.IsFamily() {
		return shortened(n.Family), fmt.Sprintf("%d tasks", n.Tasks())
	}
	parameters, ok := strings.CutPrefix(n.ID, n.Family+"(")
	parameters, whole := strings.CutSuffix(parameters, ")")
	if n.Family == "" || !ok || !whole {
		return shortened(n.ID), ""
	}
	return shortened(n.Family), shortened(values(parameters))
}

// values leaves out the names of parameters where there is no room for them.
func values(parameters string) string {
	if width(parameters) <= longest {
		return parameters
	}
	parts := strings.Split(parameters, ", ")
	for i, part := range parts {
		if _, value, ok := strings.Cut(part, "="); ok {
			parts[i] = value
		}
	}
	return strings.Join(parts, ", ")
}

// shortened leaves out the middle of a text that is too long, for texts differ at their ends.
func shortened(text string) string {
	if width(text) <= longest {
		return text
	}
	letters := []rune(text)
	head, tail := 0, len(letters)
	for room := longest - 1; head < tail; {
		if room -= runeWidth(letters[head]); room < 0 {
			break
		}
		head++
		if room -= runeWidth(letters[tail-1]); room < 0 {
			break
		}
		tail--
	}
	return string(letters[:head]) + "…" + string(letters[tail:])
}

// width returns how much room a text takes, in narrow letters.
func width(text string) int {
	total := 0
	for _, r := range text {
		total += runeWidth(r)
	}
	return total
}

// runeWidth counts all that may be Chinese, Japanese, Korean or a picture as two letters.
func runeWidth(r rune) int {
	if r >= 0x1100 {
		return 2
	}
	return 1
}
