package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gomr/gomr/orchestrate/api"
	"github.com/gomr/gomr/orchestrate/scheduler"
)

// tokenSetting is the name of a token in the store, before its own.
const tokenSetting = "token "

// secretPrefix shows what a secret is, to people and to those who look for leaked ones.
const secretPrefix = "gomr_"

// A storedToken is a token as the store has it.
type storedToken struct {
	api.Token

	SHA256 string `json:"sha256"` // of the secret, in hex
}

// tokens are the tokens of a server. Only they change those in the store.
type tokens struct {
	scheduler *scheduler.Scheduler
	now       func() time.Time

	mu     sync.RWMutex
	byName map[string]storedToken
	byHash map[string]string // names
}

func loadTokens(ctx context.Context, s *scheduler.Scheduler, now func() time.Time) (*tokens, error) {
	t := &tokens{scheduler: s, now: now, byName: map[string]storedToken{}, byHash: map[string]string{}}
	settings, err := s.Settings(ctx, tokenSetting)
	if err != nil {
		return nil, err
	}
	for name, value := range settings {
		var stored storedToken
		if err := json.Unmarshal([]byte(value), &stored); err != nil {
			return nil, fmt.Errorf("the setting %q: %w", name, err)
		}
		stored.Name = strings.TrimPrefix(name, tokenSetting)
		t.byName[stored.Name], t.byHash[stored.SHA256] = stored, stored.Name
	}
	return t, nil
}

func (t *tokens) none() bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return len(t.byName) == 0
}

// find returns the token of a secret, or nil where there is none or it has expired. The time that a
// look for a hash takes tells nothing of secrets.
func (t *tokens) find(secret string) (found *api.Token, expired bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	stored, ok := t.byName[t.byHash[hashOf(secret)]]
	switch {
	case !ok:
		return nil, false
	case t.expired(&stored):
		return nil, true
	}
	return &stored.Token, false
}

func (t *tokens) expired(stored *storedToken) bool {
	return !stored.Expires.IsZero() && !t.now().Before(stored.Expires)
}

// hasAdmin reports whether an admin's token is valid, beside one of that name.
func (t *tokens) hasAdmin(beside string) bool {
	for name, stored := range t.byName {
		if name != beside && stored.Role == api.Admin && !t.expired(&stored) {
			return true
		}
	}
	return false
}

// whoHelps says what to do for who has no valid token.
func (t *tokens) whoHelps() string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.hasAdmin("") {
		return "have an admin make another one"
	}
	return "no admin has a valid one either: stop the server, make one in its database with 'gomr token NAME --role admin', and start it again"
}

func (t *tokens) list() []api.Token {
	t.mu.RLock()
	defer t.mu.RUnlock()
	list := make([]api.Token, 0, len(t.byName))
	for _, name := range slices.Sorted(maps.Keys(t.byName)) {
		list = append(list, t.byName[name].Token)
	}
	return list
}

// create makes a token. Its secret is known to the caller alone.
func (t *tokens) create(ctx context.Context, asked *api.NewToken, by string) (api.Secret, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	old, exists := t.byName[asked.Name]
	switch {
	case asked.Name == localName:
		return api.Secret{}, &scheduler.InvalidError{Reason: "the name " + localName + " is for those who need no token: take another one"}
	case exists && !t.expired(&old):
		return api.Secret{}, &scheduler.InvalidError{Reason: "there is a token of that name: revoke it, or take another name"}
	case len(t.byName) == 0 && asked.Role != api.Admin:
		return api.Secret{}, &scheduler.InvalidError{Reason: "the first token must be an admin's, for without one nobody could make others"}
	case !asked.Expires.IsZero() && !t.now().Before(asked.Expires):
		return api.Secret{}, &scheduler.InvalidError{Reason: "the token would have expired already"}
	}
	secret := secretPrefix + randomSecret()
	stored := storedToken{
		Token:  api.Token{Name: asked.Name, Role: asked.Role, Created: t.now().UTC().Truncate(time.Second), By: by, Expires: asked.Expires},
		SHA256: hashOf(secret),
	}
	value, err := json.Marshal(stored)
	if err != nil {
		return api.Secret{}, err
	}
	if err := t.scheduler.Set(ctx, tokenSetting+asked.Name, string(value)); err != nil {
		return api.Secret{}, err
	}
	delete(t.byHash, old.SHA256)
	t.byName[stored.Name], t.byHash[stored.SHA256] = stored, stored.Name
	return api.Secret{Token: stored.Token, Secret: secret}, nil
}

// revoke removes a token. The last one of an admin goes last.
func (t *tokens) revoke(ctx context.Context, name string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	stored, ok := t.byName[name]
	if !ok {
		return &scheduler.InvalidError{Reason: "there is no token of that name"}
	}
	if stored.Role == api.Admin && !t.expired(&stored) && !t.hasAdmin(name) && len(t.byName) > 1 {
		return &scheduler.InvalidError{Reason: "it is the last one of an admin, without whom nobody could revoke the others: revoke them first"}
	}
	if err := t.scheduler.Set(ctx, tokenSetting+name, ""); err != nil {
		return err
	}
	delete(t.byName, name)
	delete(t.byHash, stored.SHA256)
	return nil
}

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// randomSecret returns 256 random bits.
func randomSecret() string {
	var bits [32]byte
	_, _ = rand.Read(bits[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(bits[:])
}

// randomName returns what is different each time.
func randomName() string { return strings.ToLower(rand.Text()[:12]) }
