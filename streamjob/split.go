package streamjob

import (
	"cmp"
	"slices"

	"github.com/gomr/gomr/mr/input"
)

// A split is what one map task reads: a part of a file, or chunks of several.
type split struct {
	input.Split
	chunks []input.Split // where there are several; then File is empty and Length their sum
}

func wholeSplits(parts []input.Split) []split {
	splits := make([]split, len(parts))
	for i, part := range parts {
		splits[i].Split = part
	}
	return splits
}

// describedSize returns the bytes of the split's description in a job.
func (s split) describedSize() int64 {
	text := func(s string) int { return vintSize(len(s)) + len(s) }
	if s.chunks == nil {
		return int64(text(mapredPackage+"FileSplit") + text(qualify(s.File)) + 16)
	}
	size := text(mapredPackage+"lib.CombineFileSplit") + 8 + 4 + 4 + 4
	for _, chunk := range s.chunks {
		size += 16 + text(qualify(chunk.File))
	}
	return int64(size)
}

// combineSplits is CombineFileInputFormat.getSplits on one machine: files go together until
// they have mapreduce.input.fileinputformat.split.maxsize bytes, or all of them.
func combineSplits(j *job, files []input.FileStatus) ([]split, error) {
	limit, err := j.conf.integer("mapreduce.input.fileinputformat.split.maxsize", 0)
	if err != nil {
		return nil, err
	}
	var splits []split
	var open split
	for _, file := range files {
		for _, chunk := range chunksOf(file, int64(limit)) {
			open.chunks = append(open.chunks, chunk)
			open.Length += chunk.Length
			if limit > 0 && open.Length >= int64(limit) {
				splits = append(splits, open)
				open = split{}
			}
		}
	}
	if open.chunks != nil {
		splits = append(splits, open)
	}
	slices.SortStableFunc(splits, func(a, b split) int { return cmp.Compare(b.Length, a.Length) })
	return splits, nil
}

// chunksOf cuts a file into chunks of at most limit bytes. A rest of less than twice
// the limit becomes two equal ones.
func chunksOf(file input.FileStatus, limit int64) []input.Split {
	if limit <= 0 || !input.IsSplittable(file.Name) {
		return []input.Split{{File: file.Name, Length: file.Size}}
	}
	var chunks []input.Split
	for start, left := int64(0), file.Size; ; {
		length := min(limit, left)
		if left > limit && left < 2*limit {
			length = left / 2
		}
		chunks = append(chunks, input.Split{File: file.Name, Start: start, Length: length})
		start += length
		if left -= length; left <= 0 {
			return chunks
		}
	}
}

// A combinedRecords reads chunks one after the other.
type combinedRecords struct {
	task *task
	left []input.Split
	now  records
	err  error
}

func openCombined(t *task, s split) (records, error) {
	return &combinedRecords{task: t, left: s.chunks}, nil
}

// Next advances to the next record and reports whether there is one.
func (c *combinedRecords) Next() bool {
	for c.err == nil {
		if c.now != nil && c.now.Next() {
			return true
		}
		if c.now != nil {
			c.err = cmpErr(c.now.Err(), c.now.Close())
			c.now = nil
			continue
		}
		if len(c.left) == 0 {
			return false
		}
		c.now, c.err = openText(c.task, split{Split: c.left[0]})
		c.left = c.left[1:]
	}
	return false
}

func (c *combinedRecords) Key() []byte   { return c.now.Key() }
func (c *combinedRecords) Value() []byte { return c.now.Value() }
func (c *combinedRecords) Err() error    { return c.err }

func (c *combinedRecords) Close() error {
	if c.now == nil {
		return nil
	}
	return c.now.Close()
}

func (c *combinedRecords) classes() (key, value *class) { return longClass, textClass }
