package layout

// A look is how a state is painted, with a mark beside the colours.
type look struct {
	state, mark string
	edge, fill  string
}

// looks are the states of schedulers and of plans, those first that need somebody. The colours are those that
// people know from Luigi's visualiser: red, blue, yellow and green; the edges are those of the pages, too.
var looks = []look{
	{"failed", "✕", "#b3261e", "#fbdedb"},
	{"disabled", "⊘", "#6f4e8c", "#eadff3"},
	{"missing", "?", "#8a5200", "#ffe3bd"},
	{"missing external", "?", "#8a5200", "#ffe3bd"},
	{"upstream failed", "⇠", "#a3402e", "#fff0ec"},
	{"upstream missing", "⇠", "#8a5200", "#fff4e2"},
	{"retrying", "↻", "#a34a00", "#ffe6d1"},
	{"running", "▶", "#0b5cad", "#d5e8fb"},
	{"suspended", "⏸", "#3f6b7d", "#dcebf1"},
	{"pending", "○", "#7d6900", "#fff7d1"},
	{"will run", "○", "#7d6900", "#fff7d1"},
	{"done", "✓", "#1a7f37", "#dcf3e1"},
	{"complete", "✓", "#1a7f37", "#dcf3e1"},
}

// unknown is how all other states are painted.
var unknown = look{"unknown", "•", "#5c6673", "#eceef1"}

func lookOf(state string) look {
	for _, l := range looks {
		if l.state == state {
			return l
		}
	}
	return unknown
}

// worst returns the state among some that needs somebody most.
func worst(counts map[string]int) string {
	for _, l := range looks {
		if counts[l.state] > 0 {
			return l.state
		}
	}
	return unknown.state
}
