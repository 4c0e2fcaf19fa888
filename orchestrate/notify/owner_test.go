package notify

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomr/gomr/orchestrate/scheduler"
)

// owned returns a task that somebody answers for.
func owned(owner, id, family string, requires ...string) scheduler.Node {
	n := job(id, family, requires...)
	n.Owner = owner
	return n
}

// TestOwners: channels ask for tasks of owners, too; one cause of several owners is a message for each.
func TestOwners(t *testing.T) {
	config := Config{Channels: []Channel{
		{Name: "all"},
		{Name: "etl", Owners: []string{"*@etl.example.com"}},
		{Name: "words of ann", Families: []string{"Word*"}, Owners: []string{"ann@*"}},
		{Name: "nobody's", Owners: []string{""}},
	}}
	inWorld(t, config, func(t *testing.T, w *world) {
		for n, owner := range []string{"Ann <ann@etl.example.com>", "bob@etl.example.com", "team web", "", "ann@etl.example.com"} {
			id := fmt.Sprintf("WordCount(n=%d)", n)
			w.submit("ann", owned(owner, id, "WordCount"))
			w.fail(id, "no luck")
		}
		w.submit("ann", owned("ann@etl.example.com", "Top()", "Top"))
		w.fail("Top()", "no luck")
		require.NoError(t, w.scheduler.Record(t.Context(), "backfill ended", "", "ann", "june"))
		w.pass(time.Minute)
		anns, bobs, top := "2 of WordCount failed: no luck", "WordCount(n=1) failed: no luck", "Top() failed: no luck"
		webs, nobodys, ended := "WordCount(n=2) failed: no luck", "WordCount(n=3) failed: no luck", "backfill ended: june"
		require.ElementsMatch(t, []string{anns, bobs, webs, nobodys, top, ended}, w.boxes["all"].take())
		require.ElementsMatch(t, []string{anns, bobs, top}, w.boxes["etl"].take())
		require.ElementsMatch(t, []string{anns}, w.boxes["words of ann"].take())
		require.ElementsMatch(t, []string{nobodys, ended}, w.boxes["nobody's"].take())
	})
}

// inOwnersWorld has a channel whose mail goes to owners, and what else its addresses are.
func inOwnersWorld(t *testing.T, to []string, most int, test func(t *testing.T, w *world)) {
	t.Helper()
	mail := &Mail{Host: "localhost", TLS: NoTLS, From: "gomr@example.com", To: to}
	inWorld(t, Config{}, func(t *testing.T, w *world) {
		w.boxes["owners"] = &inbox{}
		w.reread = func() (*Config, error) {
			return &Config{Channels: []Channel{{Name: "owners", MostPerHour: most, Mail: mail}}}, nil
		}
		require.NoError(t, w.engine.Reload(t.Context(), "ann"))
		test(t, w)
	})
}

// TestOwnerOfTheRootCause: that is who is told, and neither the owner of what waits for it nor that of what had asked for it.
func TestOwnerOfTheRootCause(t *testing.T) {
	inOwnersWorld(t, []string{"owner"}, 0, func(t *testing.T, w *world) {
		w.submit("ann", owned("ann@example.com", "Input(n=1)", "Input"), owned("bob@example.com", "Top(n=1)", "Top", "Input(n=1)"))
		w.submit("ann", owned("cid@example.com", "Asks(n=1)", "Asks"))
		w.fail("Input(n=1)", "no luck")
		w.fail("Asks(n=1)", "it has required Input(n=1), which failed")
		w.pass(time.Minute)
		got := w.boxes["owners"].messages()
		require.Len(t, got, 1)
		require.Equal(t, []any{"Input(n=1) failed: no luck (2 tasks wait)", "ann@example.com"}, []any{got[0].Subject, got[0].Owner})
		w.forgive("Input(n=1)")
		w.succeed("Input(n=1)")
		w.pass(time.Minute)
		got = w.boxes["owners"].messages()
		require.Equal(t, []any{1, StatusRecovered, "ann@example.com"}, []any{len(got), got[0].Status, got[0].Owner})
	})
}

// TestNoOwner: what nobody answers for goes to no owner, and where there are other addresses to those.
func TestNoOwner(t *testing.T) {
	for name, test := range map[string]struct {
		to   []string
		want int
	}{
		"owners alone": {[]string{"owner"}, 1},
		"and others":   {[]string{"owner", "ops@example.com"}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			inOwnersWorld(t, test.to, 0, func(t *testing.T, w *world) {
				for n, owner := range []string{"", "team web", "ann@example.com"} {
					id := fmt.Sprintf("F%d()", n)
					w.submit("ann", owned(owner, id, "F"))
					w.fail(id, "no luck")
				}
				w.pass(time.Minute)
				require.Len(t, w.boxes["owners"].messages(), test.want)
			})
		})
	}
}

func TestRecipients(t *testing.T) {
	m := &Mail{To: []string{"owner", "ops@example.com"}}
	for owner, want := range map[string][]string{
		"":                               {"ops@example.com"},
		"team web":                       {"ops@example.com"},
		"ann@example.com":                {"ann@example.com", "ops@example.com"},
		"ops@example.com":                {"ops@example.com"},
		"a@example.com, b@example.com":   {"ops@example.com"},
		"a@example.com\nBcc: b@evil.org": {"ops@example.com"},
		"owner":                          {"ops@example.com"},
	} {
		require.Equal(t, want, m.recipients(ownerOf(owner)), owner)
	}
}

// TestStormOfOwners: each owner gets a digest of what is theirs.
func TestStormOfOwners(t *testing.T) {
	inOwnersWorld(t, []string{"owner"}, 2, func(t *testing.T, w *world) {
		for n := 1; n <= 8; n++ {
			owner := []string{"ann@example.com", "bob@example.com"}[n%2]
			id := fmt.Sprintf("F%d()", n)
			w.submit("ann", owned(owner, id, fmt.Sprintf("F%d", n)))
			w.fail(id, "no luck")
			w.pass(time.Second)
		}
		w.pass(time.Minute)
		require.Len(t, w.boxes["owners"].take(), 2)
		w.pass(time.Hour)
		got := w.boxes["owners"].messages()
		require.Len(t, got, 2)
		for _, m := range got {
			require.Equal(t, []any{StatusDigest, 3}, []any{m.Status, m.Count})
			for _, line := range m.Lines {
				require.Regexp(t, map[string]string{"ann@example.com": "F[2468]", "bob@example.com": "F[1357]"}[m.Owner], line)
			}
		}
		require.NotEqual(t, got[0].Owner, got[1].Owner)
	})
}

// TestTestOfOwners: somebody has to say to whom a test goes.
func TestTestOfOwners(t *testing.T) {
	inOwnersWorld(t, []string{"owner"}, 0, func(t *testing.T, w *world) {
		_, err := w.engine.Test(t.Context(), "owners", "", "ann")
		require.ErrorContains(t, err, "name the address of one")
		_, err = w.engine.Test(t.Context(), "owners", "Ann <ann@example.com>", "ann")
		require.NoError(t, err)
		require.Equal(t, "ann@example.com", w.boxes["owners"].messages()[0].Owner)
	})
}
