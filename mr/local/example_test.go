package local_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/mr"
	"github.com/gomr/gomr/mr/local"
)

// A job runs over the files of a folder that stands for HDFS.
func ExampleRun() {
	root, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(root)
	if err := os.WriteFile(filepath.Join(root, "text"), []byte("the cat\nthe dog\n"), 0o666); err != nil {
		fmt.Println(err)
		return
	}
	job := mr.MapMerge(mr.MapFunc(func(line string, emit mr.Emit[string, int]) error {
		for w := range strings.FieldsSeq(line) {
			emit(w, 1)
		}
		return nil
	}), mr.Sum)

	files := hdfs.Local(root)
	result, err := local.Run(context.Background(), job, local.Options{Files: files, Inputs: []string{"/text"}, Output: "/counts"})
	if err != nil {
		fmt.Println(err)
		return
	}
	part, err := files.Open("/counts/part-00000")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer part.Close()
	counts, err := io.ReadAll(part)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(strings.ReplaceAll(string(counts), "\t", " "))
	fmt.Println("records read:", result.Counters.Counter(mr.FrameworkGroup, mr.MapInputRecords).Value())
	// Output:
	// cat 1
	// dog 1
	// the 2
	// records read: 2
}
