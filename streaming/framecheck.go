package streaming

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/gomr/gomr/mr/shuffle"
)

// A manifest tells a reduce task what a map task sent to it.
// "Manifests" in the package documentation has its form and its reason.
type manifest struct {
	Run     uint32 // index of the map task
	Attempt uint32 // number of its attempt
	Blocks  uint32 // how many blocks it sent
}

const (
	manifestVersion = 1
	manifestSize    = 1 + 3*4 + 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// append appends the form of the manifest to dst, which is empty.
func (m manifest) append(dst []byte) []byte {
	dst = append(dst, manifestVersion)
	dst = binary.BigEndian.AppendUint32(dst, m.Run)
	dst = binary.BigEndian.AppendUint32(dst, m.Attempt)
	dst = binary.BigEndian.AppendUint32(dst, m.Blocks)
	return binary.BigEndian.AppendUint32(dst, crc32.Checksum(dst, castagnoli))
}

func parseManifest(b []byte) (manifest, error) {
	switch {
	case len(b) > 0 && b[0] != manifestVersion:
		return manifest{}, fmt.Errorf("manifest of version %d, and this program reads version %d: are all tasks of one build?", b[0], manifestVersion)
	case len(b) != manifestSize:
		return manifest{}, fmt.Errorf("manifest of %d bytes: want %d", len(b), manifestSize)
	case crc32.Checksum(b[:manifestSize-4], castagnoli) != binary.BigEndian.Uint32(b[manifestSize-4:]):
		return manifest{}, errors.New("manifest with a wrong checksum")
	}
	return manifest{
		Run:     binary.BigEndian.Uint32(b[1:]),
		Attempt: binary.BigEndian.Uint32(b[5:]),
		Blocks:  binary.BigEndian.Uint32(b[9:]),
	}, nil
}

// isManifest reports whether a frame with this key holds a manifest: it is the partition prefix alone.
func isManifest(key []byte) bool { return len(key) == 2 }

// A frameChecker takes the manifests out of the frames of a reduce task and makes
// sure that every block they tell of comes, once and in its order.
type frameChecker struct {
	frames frameReader
	maps   int  // number of map tasks, -1 where it is not known
	lossy  bool // the job goes on without map tasks that failed
	// attemptID returns the name of the attempt of a map task.
	attemptID func(run, attempt uint32) string

	sent     map[uint32]manifest // by run
	received map[uint32]uint32   // blocks by run
	begun    bool                // all manifests were read
	firstKey []byte
}

// next returns the next frame with a block, as [shuffle.NewFrameMerger] wants it.
func (c *frameChecker) next() (shuffle.Frame, bool, error) {
	for {
		frame, ok, err := c.frames.next()
		switch {
		case err != nil:
			return frame, false, err
		case !ok:
			return frame, false, c.finish()
		case !isManifest(frame.Key):
			return frame, true, c.takeBlock(frame.Key)
		}
		if err := c.takeManifest(frame.Value); err != nil {
			return frame, false, err
		}
	}
}

func (c *frameChecker) takeManifest(value []byte) error {
	m, err := parseManifest(value)
	if err != nil {
		return fmt.Errorf("the input of the task is damaged: frame %d: %w", c.frames.count, err)
	}
	if _, twice := c.sent[m.Run]; twice {
		return fmt.Errorf("the output of map task %d came twice, at last from %s", m.Run, c.attemptID(m.Run, m.Attempt))
	}
	if c.sent == nil {
		c.sent, c.received = make(map[uint32]manifest), make(map[uint32]uint32)
	}
	c.sent[m.Run] = m
	return nil
}

// takeBlock makes sure that a block is the next one of its run.
func (c *frameChecker) takeBlock(frameKey []byte) error {
	if err := c.begin(); err != nil {
		return err
	}
	key, err := shuffle.ParseFrameKey(c.firstKey[:0], frameKey)
	if err != nil {
		return fmt.Errorf("the input of the task is damaged: frame %d: %w", c.frames.count, err)
	}
	c.firstKey = key.FirstKey
	m, known := c.sent[key.Run]
	switch want := c.received[key.Run]; {
	case !known:
		return &shuffle.FrameError{Run: key.Run, Block: key.Block, Err: errors.New("its manifest is missing")}
	case key.Block != want:
		return &shuffle.FrameError{Run: key.Run, Block: key.Block, Err: fmt.Errorf("block %d is missing in front of it", want)}
	case key.Block >= m.Blocks:
		return &shuffle.FrameError{Run: key.Run, Block: key.Block, Err: fmt.Errorf("the task says that it sent %d blocks", m.Blocks)}
	}
	c.received[key.Run]++
	return nil
}

// begin makes sure, at the first block, that there is a manifest of each map task.
func (c *frameChecker) begin() error {
	if c.begun {
		return nil
	}
	c.begun = true
	if c.maps >= 0 && !c.lossy && len(c.sent) != c.maps {
		return fmt.Errorf("the output of %d map tasks came, but the job has %d", len(c.sent), c.maps)
	}
	return nil
}

// finish makes sure, at the end, that all blocks came.
func (c *frameChecker) finish() error {
	if err := c.begin(); err != nil {
		return err
	}
	for run, m := range c.sent {
		if got := c.received[run]; got != m.Blocks {
			return &shuffle.FrameError{Run: run, Block: got, Err: fmt.Errorf("the input ends before it: %d of %d blocks came", got, m.Blocks)}
		}
	}
	return nil
}

// explain names the attempt of the map task in an error about one of its blocks.
func (c *frameChecker) explain(err error) error {
	var bad *shuffle.FrameError
	if !errors.As(err, &bad) {
		return err
	}
	m, known := c.sent[bad.Run]
	if !known {
		return err
	}
	return fmt.Errorf("%w (written by %s)", err, c.attemptID(bad.Run, m.Attempt))
}
