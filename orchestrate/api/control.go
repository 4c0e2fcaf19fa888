package api

import (
	"time"

	"github.com/gomr/gomr/orchestrate/store"
)

// A TaskNote is a request about a task.
type TaskNote struct {
	ID   string `json:"id" minLength:"1"`
	Note string `json:"note,omitempty" doc:"Why, for the history"`
}

// A Mark says what the state of a task is.
type Mark struct {
	ID    string      `json:"id" minLength:"1"`
	State store.State `json:"state" enum:"done,failed"`
	Note  string      `json:"note,omitempty" doc:"Why, for the history"`
}

// A Note is a request that is about the scheduler as a whole.
type Note struct {
	Note string `json:"note,omitempty" doc:"Why, for the history"`
}

// A Limit is how much there is of a resource.
type Limit struct {
	Resource string `json:"resource" minLength:"1"`
	Limit    int    `json:"limit" doc:"A negative one is the default of one again"`
	Note     string `json:"note,omitempty" doc:"Why, for the history"`
}

// A Role is what the bearer of a token may do.
type Role string

// The roles.
const (
	Viewer     Role = "viewer"   // look at everything but tokens
	Operator   Role = "operator" // and submit, forgive, mark, kill, pause and set limits
	Admin      Role = "admin"    // everything
	WorkerRole Role = "worker"   // submit, run attempts, and look
)

// A NewToken is a request for a token.
type NewToken struct {
	Name    string    `json:"name" minLength:"1" maxLength:"100" doc:"Who has it; what is done with it is recorded under this name"`
	Role    Role      `json:"role" enum:"viewer,operator,admin,worker"`
	Expires time.Time `json:"expires,omitzero" doc:"Left out is never"`
}

// A Token is what is known of a token.
type Token struct {
	Name    string    `json:"name"`
	Role    Role      `json:"role"`
	Created time.Time `json:"created,omitzero"`
	By      string    `json:"by,omitempty" doc:"Who made it"`
	Expires time.Time `json:"expires,omitzero" doc:"Left out is never"`
}

// A Secret is a token as it is shown once.
type Secret struct {
	Token  Token  `json:"token"`
	Secret string `json:"secret" doc:"To be sent as a bearer token. It is not stored, and can't be shown again"`
}

// Tokens are all tokens, by name.
type Tokens struct {
	Tokens []Token `json:"tokens"`
}

// A TokenName names a token.
type TokenName struct {
	Name string `json:"name" minLength:"1" maxLength:"100"`
}

// A Health says that the server is well.
type Health struct {
	Status string `json:"status" example:"ok"`
}
