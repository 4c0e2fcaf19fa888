// Package streaming runs jobs on a cluster by Hadoop Streaming.
package streaming
