package server

import (
	"context"
	"slices"

	"github.com/gomr/gomr/orchestrate/layout"
)

// keptPictures is how many pictures are kept for those who ask again when states have changed.
const keptPictures = 16

// pictures makes pictures, one at a time so that whoever works has a processor, and keeps the last ones.
type pictures struct {
	turn chan struct{} // has room for the one that is being made
	kept []keptPicture // the one that was asked for last is the last
}

// A keptPicture is the picture of graphs of a shape.
type keptPicture struct {
	shape   string
	picture *layout.Picture
}

func newPictures() *pictures { return &pictures{turn: make(chan struct{}, 1)} }

// begin waits for a turn, and returns what ends it.
func (p *pictures) begin(ctx context.Context) (done func(), err error) {
	select {
	case p.turn <- struct{}{}:
		return func() { <-p.turn }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// of returns the picture of a graph, or of one of the same shape. It is called by whoever has the turn.
func (p *pictures) of(g *layout.Graph) (picture *layout.Picture, shape string, err error) {
	shape = g.Shape()
	found := keptPicture{shape: shape}
	if i := slices.IndexFunc(p.kept, func(k keptPicture) bool { return k.shape == shape }); i >= 0 {
		found = p.kept[i]
		p.kept = slices.Delete(p.kept, i, i+1)
	} else if found.picture, err = layout.Place(g); err != nil {
		return nil, "", err
	}
	if len(p.kept) == keptPictures {
		p.kept = slices.Delete(p.kept, 0, 1)
	}
	p.kept = append(p.kept, found)
	return found.picture, shape, nil
}
