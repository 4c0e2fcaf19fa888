package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// What a check says. All else tells a difference.
const (
	checkFirst = "compared with"
	checkEqual = "equal"
)

// A checker compares the outputs of the rows of a job, each with the first of its question and inputs.
type checker struct {
	place *place
	dir   string
	first map[string]string // the file of the first output, by question
	sums  map[string][sha256.Size]byte
}

func newChecker(p *place) (*checker, error) {
	dir := filepath.Join(p.cache, "check")
	err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o777))
	return &checker{place: p, dir: dir, first: make(map[string]string), sums: make(map[string][sha256.Size]byte)}, err
}

func (c *checker) close() { _ = os.RemoveAll(c.dir) }

// row compares the output of a row that has run and says how it went. An error is a
// difference too.
func (c *checker) row(ctx context.Context, r row) (string, error) {
	file := filepath.Join(c.dir, strings.ReplaceAll(r.name, "/", "-"))
	if err := c.print(ctx, r, file); err != nil {
		return "", err
	}
	sum, err := hashFile(file)
	if err != nil {
		return "", err
	}
	question := r.ask + strings.Join(r.inputs, "+")
	first, ok := c.first[question]
	if !ok {
		c.first[question], c.sums[question] = file, sum
		return checkFirst, nil
	}
	defer os.Remove(file)
	if sum == c.sums[question] {
		return checkEqual, nil
	}
	difference := differenceOf(ctx, first, file)
	return difference, errors.New(difference)
}

// print writes the output of a row to a file, sorted unless its order counts.
func (c *checker) print(ctx context.Context, r row, file string) error {
	line := c.place.show
	if r.output != "" {
		line = r.output
	}
	if !r.ordered {
		line = "{ " + line + "; } | LC_ALL=C sort -S 1G --parallel=$CORES -T $TMPDIR"
	}
	argv := shellCommand(line + " > '" + file + "'")
	command := exec.CommandContext(ctx, argv[0], argv[1:]...)
	command.Env = c.place.environment(r)
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("output of %s: %w\n%s", r.name, err, out)
	}
	return nil
}

func hashFile(name string) (sum [sha256.Size]byte, err error) {
	f, err := os.Open(name)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return sum, err
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}

// differenceOf tells the first lines that differ.
func differenceOf(ctx context.Context, first, second string) string {
	var out bytes.Buffer
	command := exec.CommandContext(ctx, "cmp", first, second)
	command.Stdout, command.Stderr = &out, &out
	_ = command.Run()
	command = exec.CommandContext(ctx, "bash", "-c", `diff --speed-large-files "$0" "$1" | head -n 6`, first, second)
	command.Stdout = &out
	_ = command.Run()
	return "differs: " + strings.TrimSpace(out.String())
}
