package hdfs

import (
	"context"
	"io/fs"
	"path"
	"sync"
	"sync/atomic"
)

// existsCalls bounds the calls that ExistsAll has under way at a time.
const existsCalls = 16

// ExistsAll tells for each target whether it is complete, as [Target.Exists] does.
// A folder that holds several of them is listed once; only the folder targets that
// are in the listing cost one call more each, for their [Success].
// The first error ends it.
func ExistsAll(ctx context.Context, targets []Target) ([]bool, error) {
	if len(targets) == 0 {
		return nil, nil
	}
	fsys, err := useAll(ctx, targets)
	if err != nil {
		return nil, err
	}
	siblings := bySibling(targets)
	infos := make([]fs.FileInfo, len(targets)) // nil where nothing has the path
	err = parallel(ctx, len(siblings), func(i int) error {
		return statSiblings(fsys, targets, siblings[i], infos)
	})
	if err != nil {
		return nil, err
	}
	exist := make([]bool, len(targets))
	err = parallel(ctx, len(targets), func(i int) (err error) {
		if infos[i] != nil {
			exist[i], err = targets[i].completeAs(fsys, infos[i])
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return exist, nil
}

func useAll(ctx context.Context, targets []Target) (fsys FileSystem, err error) {
	for _, target := range targets {
		if fsys, err = target.use(ctx, "stat"); err != nil {
			return nil, err
		}
	}
	return fsys, nil
}

// bySibling groups the indices of targets by the folder they are in.
func bySibling(targets []Target) [][]int {
	var groups [][]int
	groupOf := make(map[string]int)
	for i, target := range targets {
		parent := path.Dir(target.path)
		g, ok := groupOf[parent]
		if !ok {
			g = len(groups)
			groupOf[parent] = g
			groups = append(groups, nil)
		}
		groups[g] = append(groups[g], i)
	}
	return groups
}

// statSiblings sets infos of targets that are all in one folder. A single one is
// looked at by itself, for its folder may hold a million others.
func statSiblings(fsys FileSystem, targets []Target, siblings []int, infos []fs.FileInfo) error {
	first := targets[siblings[0]].path
	if len(siblings) == 1 {
		info, err := fsys.Stat(first)
		if err == nil {
			infos[siblings[0]] = info
		}
		return unlessMissing(err)
	}
	entries, err := fsys.ReadDir(path.Dir(first))
	if err != nil {
		return unlessMissing(err)
	}
	byName := make(map[string]fs.DirEntry, len(entries))
	for _, entry := range entries {
		byName[entry.Name()] = entry
	}
	for _, i := range siblings {
		entry, ok := byName[path.Base(targets[i].path)]
		if !ok {
			continue
		}
		if infos[i], err = entry.Info(); err != nil {
			return err
		}
	}
	return nil
}

func unlessMissing(err error) error {
	if isMissing(err) {
		return nil
	}
	return err
}

// parallel calls do for 0 to n-1, existsCalls at a time, and returns when all have
// returned. After the first error, or when the context ends, it begins no more.
func parallel(ctx context.Context, n int, do func(i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(n, existsCalls) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := do(i); err != nil {
					cancel(err)
				}
			}
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}
