package local

import (
	"sync"
	"time"

	"github.com/gomr/gomr/mr/input"
)

// reportEvery is how often progress is told while nothing else happens.
const reportEvery = 200 * time.Millisecond

// A meter adds up how much of a step is done. Its methods may be called from any goroutine.
type meter struct {
	report func(Progress)

	mu         sync.Mutex
	at         Progress
	read, size int64 // bytes of the splits
	told       time.Time
}

func newMeter(report func(Progress)) *meter { return &meter{report: report} }

// begin starts the measure of a step and returns what ends it.
func (m *meter) begin(at Progress, splits []input.Split) (end func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at, m.read, m.size = at, 0, 0
	for _, s := range splits {
		m.size += s.Length
	}
	m.tell(true)
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.tell(true)
	}
}

// mapped adds bytes that were read.
func (m *meter) mapped(n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.read += n
	m.at.Map = 1
	if m.size > 0 {
		m.at.Map = min(1, float64(m.read)/float64(m.size))
	}
	m.tell(m.read >= m.size)
}

// reduced adds a share of the reduce.
func (m *meter) reduced(share float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at.Reduce = min(1, m.at.Reduce+share)
	m.tell(m.at.Reduce > 0.999)
}

func (m *meter) tell(always bool) {
	if m.report == nil || !always && time.Since(m.told) < reportEvery {
		return
	}
	m.told = time.Now()
	m.report(m.at)
}

// meteredRecords tells a meter how far the reader of a split is.
type meteredRecords struct {
	*input.LineReader
	meter         *meter
	start, length int64
	told          int64 // bytes of the split
	records       int
}

// meterEvery is after how many records the meter is told: often enough to be
// smooth, and seldom enough to cost nothing.
const meterEvery = 8192

func (r *meteredRecords) Next() bool {
	if r.records++; r.records%meterEvery == 0 {
		r.tell(min(r.Offset()-r.start, r.length))
	}
	return r.LineReader.Next()
}

func (r *meteredRecords) finish() { r.tell(r.length) }

func (r *meteredRecords) tell(done int64) {
	if done > r.told {
		r.meter.mapped(done - r.told)
		r.told = done
	}
}
