package input_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/gomr/gomr/mr/input"
)

// Map task 0 reads the second half of the file, because it is the longer one.
func Example() {
	root, err := os.MkdirTemp("", "input")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(root)
	text := "first\ntwo\r\nthree\nfourth"
	if err := os.WriteFile(filepath.Join(root, "text.txt"), []byte(text), 0o666); err != nil {
		log.Fatal(err)
	}

	storage := input.Dir(root)
	files, err := input.List(storage, []string{"/*.txt"}, input.ListOptions{})
	if err != nil {
		log.Fatal(err)
	}
	for task, split := range input.MakeSplits(files, input.SplitOptions{}) {
		records, err := input.OpenSplit(storage, split, input.LineOptions{})
		if err != nil {
			log.Fatal(err)
		}
		for records.Next() {
			fmt.Printf("map %d of %s: %q at %d\n", task, split, records.Record(), records.Offset())
		}
		if err := records.Err(); err != nil {
			log.Fatal(err)
		}
		records.Close()
	}
	// Output:
	// map 0 of /text.txt:11+12: "fourth" at 17
	// map 1 of /text.txt:0+11: "first" at 0
	// map 1 of /text.txt:0+11: "two" at 6
	// map 1 of /text.txt:0+11: "three" at 11
}
