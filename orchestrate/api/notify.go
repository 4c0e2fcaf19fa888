package api

import "time"

// Notifications are how the notifications of a server do.
type Notifications struct {
	Configured bool       `json:"configured" doc:"The server tells people what needs them"`
	Loaded     time.Time  `json:"loaded,omitzero" doc:"When the file in force was read"`
	Rejected   string     `json:"rejected,omitempty" doc:"What was wrong with the file when it was read again later; the one before stays in force"`
	RejectedAt time.Time  `json:"rejected_at,omitzero"`
	Channels   []Channel  `json:"channels"`
	Incidents  []Incident `json:"incidents" doc:"That are not mended, the oldest first"`
	Silences   []Silence  `json:"silences" doc:"By their patterns"`
}

// A Channel is one way to people.
type Channel struct {
	Name         string    `json:"name"`
	Type         string    `json:"type" doc:"mail, slack or webhook"`
	Target       string    `json:"target,omitempty" doc:"Who gets it, as far as that is no secret"`
	Waiting      int       `json:"waiting" doc:"Messages on their way"`
	Delivered    int64     `json:"delivered" doc:"Messages that were taken, ever"`
	Retried      int64     `json:"retried" doc:"Attempts after which a message was to be tried again, ever"`
	GivenUp      int64     `json:"given_up" doc:"Messages that nobody has got, ever"`
	Failing      int       `json:"failing,omitempty" doc:"Attempts in a row that have failed"`
	LastDelivery time.Time `json:"last_delivery,omitzero"`
	LastError    string    `json:"last_error,omitempty"`
	LastErrorAt  time.Time `json:"last_error_at,omitzero"`
}

// An Incident is events with one cause, of which the tasks are not mended.
type Incident struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind" doc:"Such as task failed"`
	Family   string    `json:"family,omitempty"`
	Owner    string    `json:"owner,omitempty" doc:"Of its tasks"`
	Error    string    `json:"error,omitempty" doc:"The first line of it"`
	Opened   time.Time `json:"opened,omitzero" doc:"When its first event was"`
	Told     time.Time `json:"told,omitzero" doc:"Left out while events are collected, or silenced"`
	Channels []string  `json:"channels" doc:"That were told"`
	Tasks    int       `json:"tasks" doc:"How many it has"`
}

// A Silence holds back what is about some families, until a time.
type Silence struct {
	Families string    `json:"families" doc:"A pattern, such as Word*"`
	Until    time.Time `json:"until,omitzero"`
	Since    time.Time `json:"since,omitzero"`
	By       string    `json:"by,omitempty" doc:"Who wants it"`
	Note     string    `json:"note,omitempty" doc:"Why"`
}

// A NewSilence is a request for a silence.
type NewSilence struct {
	Families string   `json:"families" minLength:"1" doc:"A pattern, such as Word*; a silence of the same one is replaced"`
	For      Duration `json:"for" doc:"How long, such as 2h"`
	Note     string   `json:"note,omitempty" doc:"Why, for the history"`
}

// A SilenceEnd names a silence that is to end.
type SilenceEnd struct {
	Families string `json:"families" minLength:"1" doc:"Its pattern"`
	Note     string `json:"note,omitempty" doc:"Why, for the history"`
}

// A ChannelName names a channel.
type ChannelName struct {
	Channel string `json:"channel" minLength:"1"`
	Owner   string `json:"owner,omitempty" doc:"Who gets it where the channel tells owners of tasks: a mail address"`
}

// A ChannelTest is what became of a test.
type ChannelTest struct {
	Taken bool     `json:"taken" doc:"The channel has taken the message"`
	Error string   `json:"error,omitempty" doc:"Why it has not"`
	Said  []string `json:"said" doc:"What was said: > by the server, < by who takes messages, ! what went wrong"`
}
