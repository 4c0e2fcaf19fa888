package notify

import (
	"cmp"
	"path"
	"slices"
	"time"
)

// A Config says what is told to whom.
type Config struct {
	// Window is how long events are collected before they are told as one. Zero means a minute.
	Window time.Duration

	// Remind is after what time an incident that is still open is told again. Zero is never.
	Remind time.Duration

	Channels []Channel
}

func (c Config) withDefaults() Config {
	c.Window = cmp.Or(c.Window, time.Minute)
	c.Channels = slices.Clone(c.Channels)
	for i := range c.Channels {
		c.Channels[i] = c.Channels[i].withDefaults()
	}
	return c
}

// A Channel is one way to people. One of Mail, Slack and Webhook is set.
type Channel struct {
	Name string

	// Families are patterns as of [path.Match]; the channel gets what is about tasks of a family that matches
	// one. None is all, and what is about no task too.
	Families []string

	// Owners are such patterns too; the channel gets what is about tasks of an owner that matches one, and an empty one
	// is for tasks that have none. None is all.
	Owners []string

	Kinds    []string // of Kinds; none is all
	Severity Severity // the least; empty is Info
	Quiet    bool     // recoveries are not told

	// MostPerHour bounds the messages in an hour. Zero means 20, and for a webhook 1000: a program that opens and
	// closes incidents has no use for digests.
	MostPerHour int

	// GiveUpAfter is for how long a message is tried that the channel does not take. Zero means a day.
	GiveUpAfter time.Duration

	// Timeout bounds one delivery. Zero means half a minute.
	Timeout time.Duration

	Mail    *Mail
	Slack   *Slack
	Webhook *Webhook
}

func (c Channel) withDefaults() Channel {
	c.Severity = cmp.Or(c.Severity, Info)
	if c.MostPerHour == 0 {
		c.MostPerHour = 20
		if c.Webhook != nil {
			c.MostPerHour = 1000
		}
	}
	c.GiveUpAfter = cmp.Or(c.GiveUpAfter, 24*time.Hour)
	c.Timeout = cmp.Or(c.Timeout, 30*time.Second)
	return c
}

// Type returns "mail", "slack" or "webhook".
func (c *Channel) Type() string {
	switch {
	case c.Mail != nil:
		return "mail"
	case c.Slack != nil:
		return "slack"
	}
	return "webhook"
}

// wants tells whether messages of that sort are for the channel, and it has somebody to tell.
func (c *Channel) wants(kind, family, owner string) bool {
	return kinds[kind].severity.atLeast(c.Severity) && (len(c.Kinds) == 0 || slices.Contains(c.Kinds, kind)) &&
		matchesAny(c.Families, family) && matchesAny(c.Owners, owner) && (c.Mail == nil || len(c.Mail.recipients(owner)) > 0)
}

// matchesAny reports whether one of some patterns matches, or there is none.
func matchesAny(globs []string, text string) bool {
	return len(globs) == 0 || slices.ContainsFunc(globs, func(glob string) bool { return matches(glob, text) })
}

func matches(glob, text string) bool {
	ok, err := path.Match(glob, text)
	return err == nil && ok
}
