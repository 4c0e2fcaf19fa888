package shuffle

// InMemory reports whether all pairs of the output are in memory, so that [Gather] takes it.
func (o *Output) InMemory() bool { return o.pairs != nil }

// MaxGather is the number of outputs that [Gather] takes.
const MaxGather = 1 << 16

// Gather returns the pairs of a partition of several outputs in memory, which it sorts together:
// that is less work than to sort each and merge them.
// Pairs of equal keys come in the order of the outputs, and within an output in order of emission.
// Nothing is merged or combined; see [MergeValues].
// Each partition of an output is gathered once, and not read in another way.
// Several partitions may be gathered at the same time. The caller closes what it returns.
func Gather(outputs []*Output, p int) *Gathered {
	total := 0
	for _, o := range outputs {
		total += len(o.pairs.unsorted(p))
	}
	owners := make([]*arena, len(outputs))
	entries := allocateEntries(total)
	for i, o := range outputs {
		owners[i] = &o.pairs.store.arena
		start := len(entries)
		entries = append(entries, o.pairs.unsorted(p)...)
		for j := range entries[start:] {
			entries[start+j].owner = uint16(i)
		}
	}
	return &Gathered{entryPairs: entryPairs{owners: owners, entries: entries}, all: entries}
}

// Gathered are the pairs of [Gather]. They are sorted when the first of them is asked for.
type Gathered struct {
	entryPairs
	all    []entry
	sorted bool
}

// Next advances to the next pair and reports whether there is one.
func (g *Gathered) Next() bool {
	if !g.sorted {
		g.sorted = true
		sortEntries(g.owners, g.entries)
	}
	return g.entryPairs.Next()
}

// Close frees the memory that the order of the pairs took. It may be called more than once.
func (g *Gathered) Close() error {
	freeEntries(g.all)
	g.all, g.entries = nil, nil
	return nil
}
