package hdfs

import (
	"context"
	"errors"
	"io/fs"
	"path"

	"github.com/colinmarc/hdfs/v2"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// A StatAller is a [FileSystem] that describes many files by few calls. [Client] is one.
type StatAller interface {
	// StatAll describes files and folders as Stat does. An entry is nil where nothing has the name.
	StatAll(names []string) ([]fs.FileInfo, error)
}

var _ StatAller = (*Client)(nil)

// statAll describes files by as few calls as the file system can.
func statAll(ctx context.Context, fsys FileSystem, names []string) ([]fs.FileInfo, error) {
	if many, ok := fsys.(StatAller); ok && len(names) > 1 {
		return many.StatAll(names)
	}
	infos := make([]fs.FileInfo, len(names))
	err := parallel(ctx, len(names), func(i int) error {
		info, err := fsys.Stat(names[i])
		if err == nil {
			infos[i] = info
		}
		return unlessMissing(err)
	})
	return infos, err
}

// batchedPaths is how many paths one call names: as many as a namenode takes whose dfs.batched.ls.limit is the
// default one.
const batchedPaths = 100

// StatAll implements [StatAller] by getBatchedListing, which namenodes know since Hadoop 3.3, and which lists a file as
// itself. Folders, and all where the namenode can't do it, take a call each.
func (c *Client) StatAll(names []string) ([]fs.FileInfo, error) {
	infos := make([]fs.FileInfo, len(names))
	chunks := (len(names) + batchedPaths - 1) / batchedPaths
	err := parallel(context.Background(), chunks, func(i int) error {
		start := i * batchedPaths
		end := min(start+batchedPaths, len(names))
		return c.statBatch(names[start:end], infos[start:end])
	})
	if err != nil {
		return nil, err
	}
	return infos, nil
}

// statBatch sets the infos of a few files.
func (c *Client) statBatch(names []string, infos []fs.FileInfo) error {
	var found []batched
	for _, name := range names {
		if _, err := cleanName("stat", name); err != nil {
			return err
		}
	}
	err := c.do(repeatable(true), func(conn *connection) (err error) {
		found, err = conn.getBatchedListing(names)
		return err
	})
	if err != nil { // an older namenode, a router, a smaller limit: whatever it is, Stat knows it too
		found = make([]batched, len(names))
	}
	for i, name := range names {
		switch f := found[i]; {
		case f.file != nil:
			infos[i] = &fileInfo{path.Base(name), f.file}
		case !f.missing:
			info, err := c.Stat(name)
			if err == nil {
				infos[i] = info
			}
			if err := unlessMissing(err); err != nil {
				return err
			}
		}
	}
	return nil
}

// A batched is what a listing of many paths told of one: that it is a file, that it is missing, or neither.
type batched struct {
	file    *hdfs.FileStatus
	missing bool
}

// getBatchedListing lists paths. What comes of those behind the first part of a long answer is not known.
func (c *connection) getBatchedListing(names []string) ([]batched, error) {
	request, err := newMessage("GetBatchedListingRequestProto", fields{"startAfter": []byte{}, "needLocation": false})
	if err != nil {
		return nil, err
	}
	response, err := newMessage("GetBatchedListingResponseProto", nil)
	if err != nil {
		return nil, err
	}
	paths := request.Mutable(request.Descriptor().Fields().ByName("paths")).List()
	for _, name := range names {
		paths.Append(protoreflect.ValueOfString(name))
	}
	if err := c.namenode.Execute("getBatchedListing", request.Interface(), response.Interface()); err != nil {
		return nil, err
	}
	found := make([]batched, len(names))
	listings := field(response, "listings").List()
	for i := range listings.Len() {
		listing := listings.Get(i).Message()
		index := field(listing, "parentIdx").Uint()
		if index >= uint64(len(names)) {
			return nil, errors.New("the namenode listed a path that it was not asked for")
		}
		found[index] = readBatched(listing)
	}
	return found, nil
}

func readBatched(listing protoreflect.Message) batched {
	if listing.Has(listing.Descriptor().Fields().ByName("exception")) {
		class := field(field(listing, "exception").Message(), "className").String()
		return batched{missing: class == errMissing.Exception}
	}
	if entries := field(listing, "partialListing").List(); entries.Len() == 1 {
		if entry := entries.Get(0).Message().Interface().(*hdfs.FileStatus); len(entry.GetPath()) == 0 {
			return batched{file: entry} // a file is listed as itself
		}
	}
	return batched{}
}
