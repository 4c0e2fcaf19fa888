package shuffle_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/shuffle"
)

// Two map tasks count words, and a reduce task merges what they counted.
func Example() {
	add := func(dst, a, b []byte) []byte { return append(dst, a[0]+b[0]) }
	var sources []mr.Pairs
	for _, text := range []string{"the cat and the dog", "the end"} {
		buffer := shuffle.NewBuffer(shuffle.Options{NewMerge: func() func(dst, a, b []byte) []byte { return add }})
		defer buffer.Close()
		for word := range strings.FieldsSeq(text) {
			if err := buffer.Add([]byte(word), []byte{1}); err != nil {
				log.Fatal(err)
			}
		}
		output, err := buffer.Finish()
		if err != nil {
			log.Fatal(err)
		}
		defer output.Close()
		sources = append(sources, output.Partition(0))
	}
	counts := shuffle.MergeValues(shuffle.Merge(sources), add)
	for counts.Next() {
		fmt.Printf("%s %d\n", counts.Key(), counts.Value()[0])
	}
	if err := counts.Err(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// and 1
	// cat 1
	// dog 1
	// end 1
	// the 3
}
