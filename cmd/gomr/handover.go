package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// handOver compiles the program in this folder, unless that was done before, and makes
// it take over this process with the same arguments. It returns only errors.
func handOver(ctx context.Context, args []string) error {
	dir, err := filepath.Abs(".")
	if err != nil {
		return err
	}
	cache := cacheFolder(dir)
	stampFile := filepath.Join(cache, "stamp.json")
	if s := readStamp(stampFile); s != nil && s.isFresh() {
		if hold(s.Binary.Path) == nil {
			return become(s.Binary.Path, args)
		}
	}
	s, err := compileInto(ctx, cache, dir)
	if err != nil {
		return err
	}
	if err := hold(s.Binary.Path); err != nil {
		return err
	}
	if err := s.write(stampFile); err != nil {
		return err
	}
	removeOld(cache, s.Binary.Path)
	return become(s.Binary.Path, args)
}

// cacheFolder returns the folder for the compiled program of a folder.
func cacheFolder(dir string) string {
	base, err := os.UserCacheDir()
	if err != nil {
		base = filepath.Join(dir, ".gomr") // no home, as for some services
	}
	return filepath.Join(base, "gomr", "programs", fmt.Sprintf("%x", sha256.Sum256([]byte(dir)))[:16])
}

// compileInto compiles the program into the cache. The executable is named for its
// content, so one that runs is never replaced and a job can send it to the cluster for as
// long as it runs; see hold and removeOld.
func compileInto(ctx context.Context, cache, dir string) (*stamp, error) {
	p, err := loadProgram(ctx, dir, host)
	if err != nil {
		return nil, err
	}
	s := takeStamp(p)
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return nil, err
	}
	temp, err := os.MkdirTemp(cache, ".build-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	built := filepath.Join(temp, p.name())
	if err := p.compile(ctx, built, host, ""); err != nil {
		return nil, err
	}
	sum, err := hashFile(built)
	if err != nil {
		return nil, err
	}
	final := filepath.Join(cache, p.name()+"-"+sum[:16])
	if stateOf(final).Size < 0 {
		if err := os.Rename(built, final); err != nil && stateOf(final).Size < 0 {
			return nil, err
		}
	}
	s.Binary = stateOf(final)
	return s, nil
}

func hashFile(name string) (string, error) {
	file, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// abandonedAfter is the age at which the work of a compilation that was killed is removed.
const abandonedAfter = time.Hour

// removeOld removes the executables that no process runs, but the current one, and
// what killed compilations left behind. It is no matter if it fails.
func removeOld(cache, current string) {
	entries, err := os.ReadDir(cache)
	if err != nil {
		return
	}
	for _, entry := range entries {
		name := filepath.Join(cache, entry.Name())
		switch {
		case name == current || entry.Name() == "stamp.json":
		case strings.HasPrefix(entry.Name(), "."):
			if info, err := entry.Info(); err == nil && time.Since(info.ModTime()) > abandonedAfter {
				os.RemoveAll(name)
			}
		default:
			removeUnheld(name)
		}
	}
}
