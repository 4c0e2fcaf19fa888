package api

// A SignIn begins a session of a browser.
type SignIn struct {
	Secret string `json:"secret" minLength:"1" maxLength:"200" doc:"Of a token"`
}

// A Session is who asks.
type Session struct {
	Name string `json:"name" doc:"Of the token; local where none is needed"`
	Role Role   `json:"role"`
}

// A SignOut ends a session of a browser.
type SignOut struct{}
