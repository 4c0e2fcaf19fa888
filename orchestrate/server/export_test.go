package server

import (
	"context"
	"time"

	"github.com/gomr/gomr/orchestrate/api"
)

// A Prober is what looks at components.
type Prober = prober

// NewProber makes one.
var NewProber = newProber

// Ask is look.
func (p *prober) Ask(ctx context.Context, patience time.Duration) []api.Component {
	return p.look(ctx, patience)
}

// Close is close.
func (p *prober) Close() { p.close() }
