package main

import (
	"iter"
	"strings"

	"github.com/gomr/gomr/mr"
)

// parts is the number of reduce tasks of the jobs that have several.
const parts = 4

// WordCount counts words, with counts added up wherever they meet.
type WordCount struct{ Paths }

// Job merges the counts.
func (w WordCount) Job() mr.Job { return mr.MapMerge(w, mr.Sum, mr.Reducers(parts)) }

// Map emits the words of a line.
func (WordCount) Map(line string, emit mr.Emit[string, int]) error {
	for word := range mr.Fields(line) {
		emit(word, 1)
	}
	return nil
}

// PlainCount counts words with no combiner: each of them goes through the sort.
type PlainCount struct{ Paths }

// Job has a reducer and nothing before it.
func (p PlainCount) Job() mr.Job { return mr.MapReduce(WordCount(p), p, mr.Reducers(parts)) }

// Reduce adds up the counts of a word.
func (PlainCount) Reduce(word string, counts iter.Seq[int], emit mr.Emit[string, int]) error {
	n := 0
	for c := range counts {
		n += c
	}
	emit(word, n)
	return nil
}

// Distinct counts the different words.
type Distinct struct{ Paths }

// Job keeps one pair of each word, counts them in each reduce task, and adds up the counts.
func (d Distinct) Job() mr.Job {
	words := mr.MapMergeReduce(mr.MapFunc(emitWords), mr.First, mr.ReduceTask(countGroups), mr.Reducers(parts))
	return mr.Then(words, mr.MapMerge(mr.MapFunc(same), mr.Sum))
}

func emitWords(line string, emit mr.Emit[string, struct{}]) error {
	for word := range mr.Fields(line) {
		emit(word, struct{}{})
	}
	return nil
}

func countGroups(_ *mr.Env, groups iter.Seq2[string, iter.Seq[struct{}]], emit mr.Emit[string, int]) error {
	n := 0
	for range groups {
		n++
	}
	emit("words", n)
	return nil
}

func same(count mr.KV[string, int], emit mr.Emit[string, int]) error {
	emit(count.Key, count.Value)
	return nil
}

// InvertedIndex lists the documents of each word. A line is DOCUMENT TAB TEXT.
type InvertedIndex struct{ Paths }

// Job sorts the documents of a word.
func (x InvertedIndex) Job() mr.Job { return mr.MapSortReduce(x, x, mr.Reducers(parts)) }

// Map emits the words of a line, each with its document.
func (InvertedIndex) Map(line mr.KV[string, string], emit mr.Emit[mr.Sorted[string, string], struct{}]) error {
	for word := range mr.Fields(line.Value) {
		emit(mr.SortBy(word, line.Key), struct{}{})
	}
	return nil
}

// Reduce writes each document of a word once.
func (InvertedIndex) Reduce(word string, documents iter.Seq2[string, struct{}], emit mr.Emit[string, string]) error {
	var list strings.Builder
	last := ""
	for document := range documents {
		if document == last {
			continue
		}
		if last != "" {
			list.WriteByte(' ')
		}
		list.WriteString(document)
		last = document
	}
	emit(word, list.String())
	return nil
}
