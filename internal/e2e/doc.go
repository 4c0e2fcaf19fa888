// Package e2e tests the whole of gomr as its users meet it: built binaries, run as
// commands, on this machine and on a real Hadoop.
package e2e
