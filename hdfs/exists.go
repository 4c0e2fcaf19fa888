package hdfs

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"sync"
	"sync/atomic"
)

// existsCalls bounds the calls that ExistsAll has under way at a time.
const existsCalls = 16

// ExistsAll tells for each target whether it is complete, as [Target.Exists] does.
// A folder that holds several of them is listed once. Those that are the only ones in their folders, and the [Success]
// of folder targets that are there, are looked for by themselves: by a call each, or for a hundred of them where the
// file system is a [StatAller]. A single one is never listed with its folder, which may hold a million others.
// The first error ends it.
func ExistsAll(ctx context.Context, targets []Target) ([]bool, error) {
	if len(targets) == 0 {
		return nil, nil
	}
	fsys, err := useAll(ctx, targets)
	if err != nil {
		return nil, err
	}
	infos, err := statTargets(ctx, fsys, targets)
	if err != nil {
		return nil, err
	}
	return completeAll(ctx, fsys, targets, infos)
}

// statTargets describes what is at the paths of targets: nil is nothing.
func statTargets(ctx context.Context, fsys FileSystem, targets []Target) ([]fs.FileInfo, error) {
	infos := make([]fs.FileInfo, len(targets))
	siblings := bySibling(targets)
	err := parallel(ctx, len(siblings), func(i int) error {
		if len(siblings[i]) == 1 {
			return nil
		}
		return statSiblings(fsys, targets, siblings[i], infos)
	})
	if err != nil {
		return nil, err
	}
	singles, err := singles(ctx, fsys, targets, siblings)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(singles))
	for i, single := range singles {
		names[i] = targets[single].path
	}
	found, err := statAll(ctx, fsys, names)
	if err != nil {
		return nil, err
	}
	for i, single := range singles {
		infos[single] = found[i]
	}
	return infos, nil
}

// completeAll tells which targets are complete, knowing what is at their paths.
func completeAll(ctx context.Context, fsys FileSystem, targets []Target, infos []fs.FileInfo) ([]bool, error) {
	exist := make([]bool, len(targets))
	var folders []int
	var names []string
	for i, info := range infos {
		if info == nil {
			continue
		}
		if err := targets[i].checkKind("stat", info.IsDir()); err != nil {
			return nil, err
		}
		if exist[i] = !targets[i].dir; targets[i].dir {
			folders = append(folders, i)
			names = append(names, targets[i].Marker())
		}
	}
	found, err := statAll(ctx, fsys, names)
	if err != nil {
		return nil, err
	}
	for i, folder := range folders {
		exist[folder] = found[i] != nil
	}
	return exist, nil
}

// manySingles is from how many targets on, each the only one in its folder, the folder above these is listed: where
// that says that their folder is missing, nobody looks for them.
const manySingles = 16

// singles returns the targets that are looked for by themselves: those that are the only ones in their folders.
func singles(ctx context.Context, fsys FileSystem, targets []Target, siblings [][]int) ([]int, error) {
	above := map[string][]int{}
	for _, group := range siblings {
		if len(group) == 1 {
			folder := path.Dir(path.Dir(targets[group[0]].path))
			above[folder] = append(above[folder], group[0])
		}
	}
	var all []int
	folders := make([]string, 0, len(above))
	for folder, members := range above {
		if len(members) < manySingles {
			all = append(all, members...)
			continue
		}
		folders = append(folders, folder)
	}
	kept := make([][]int, len(folders))
	err := parallel(ctx, len(folders), func(i int) (err error) {
		kept[i], err = inFolders(fsys, folders[i], targets, above[folders[i]])
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, members := range kept {
		all = append(all, members...)
	}
	return all, nil
}

// inFolders returns those of the targets whose folders are in one above them.
func inFolders(fsys FileSystem, above string, targets []Target, members []int) (kept []int, err error) {
	entries, err := fsys.ReadDir(above)
	switch {
	case errors.Is(err, fs.ErrPermission): // who may not list a folder may be allowed to look below it
		return members, nil
	case err != nil:
		return nil, unlessMissing(err)
	}
	there := make(map[string]bool, len(entries))
	for _, entry := range entries {
		there[entry.Name()] = true
	}
	for _, i := range members {
		if there[path.Base(path.Dir(targets[i].path))] {
			kept = append(kept, i)
		}
	}
	return kept, nil
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

// statSiblings sets infos of targets that are all in one folder.
func statSiblings(fsys FileSystem, targets []Target, siblings []int, infos []fs.FileInfo) error {
	first := targets[siblings[0]].path
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
