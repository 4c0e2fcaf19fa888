// Package orchestrate runs tasks that depend on each other.
package orchestrate
