package hdfs

import (
	"context"
	"errors"
)

type contextKey struct{}

// ErrNoFileSystem says that a context holds no file system.
var ErrNoFileSystem = errors.New("no file system in the context: give one with hdfs.NewContext")

// NewContext returns a context that holds fsys for the targets used with it.
// A [Target] is only a path; which cluster or folder it is in, the context says.
func NewContext(ctx context.Context, fsys FileSystem) context.Context {
	return context.WithValue(ctx, contextKey{}, fsys)
}

// FromContext returns the file system of a context, or [ErrNoFileSystem], or
// the error of a context that has ended.
func FromContext(ctx context.Context) (FileSystem, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	fsys, ok := ctx.Value(contextKey{}).(FileSystem)
	if !ok {
		return nil, ErrNoFileSystem
	}
	return fsys, nil
}
