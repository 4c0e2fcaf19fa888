// Package mr holds jobs as typed values.
package mr
