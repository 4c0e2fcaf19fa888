package notify

import (
	"net/mail"
	"slices"
)

// toOwner stands among the addresses of a [Mail] for the owner of the tasks that a message is about.
const toOwner = "owner"

// ownerOf returns the owner that a task names, of a mail address as Ann <ann@example.com> what is between the brackets.
func ownerOf(text string) string {
	if a, err := mail.ParseAddress(text); err == nil {
		return a.Address
	}
	return shorten(oneLine(text), longestSubject)
}

// toOwners reports whether mail goes to owners of tasks.
func (m *Mail) toOwners() bool { return slices.Contains(m.To, toOwner) }

// addressee returns the owner where messages of the channel go to owners, and nothing where all go to the same.
func (c *Channel) addressee(owner string) string {
	if c.Mail != nil && c.Mail.toOwners() {
		return owner
	}
	return ""
}

// recipients returns who gets what is about tasks of an owner. An owner that is no address gets nothing.
func (m *Mail) recipients(owner string) (to []string) {
	for _, address := range m.To {
		if address == toOwner {
			if _, err := mail.ParseAddress(owner); err != nil {
				continue
			}
			address = owner
		}
		if !slices.Contains(to, address) {
			to = append(to, address)
		}
	}
	return to
}
