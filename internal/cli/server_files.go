package cli

import (
	"context"
	"path/filepath"

	"github.com/gomr/gomr/hdfs"
	"github.com/gomr/gomr/orchestrate/trigger"
)

// serverFiles are the files in which a server looks for the data of schedules. It connects when it
// looks first, and again where that has failed: a cluster may be down when a server starts.
type serverFiles struct {
	connect func() (files hdfs.FileSystem, disconnect func(), err error)

	// Of whoever looks, one at a time:

	files      hdfs.FileSystem // nil while there is no connection
	disconnect func()
}

func newServerFiles(place *placeFlags) *serverFiles {
	if place.runner == local {
		return &serverFiles{connect: func() (hdfs.FileSystem, func(), error) {
			root, err := filepath.Abs(place.root)
			return hdfs.Local(root), func() {}, err
		}}
	}
	return &serverFiles{connect: func() (hdfs.FileSystem, func(), error) {
		client, err := hdfs.Connect(hdfs.Config{})
		if err != nil {
			return nil, nil, err
		}
		return client, func() { client.Close() }, nil
	}}
}

// Look implements [trigger.Files].
func (s *serverFiles) Look(ctx context.Context, patterns []string) []trigger.Found {
	found := make([]trigger.Found, len(patterns))
	if s.files == nil {
		files, disconnect, err := s.connect()
		if err != nil {
			for i := range found {
				found[i].Err = err
			}
			return found
		}
		s.files, s.disconnect = files, disconnect
	}
	for i, count := range hdfs.CountMatches(hdfs.NewContext(ctx, s.files), patterns) {
		found[i] = trigger.Found(count)
	}
	return found
}

// close closes the connection, when nobody looks any more.
func (s *serverFiles) close() {
	if s.files != nil {
		s.disconnect()
	}
}
