// Package streamjob runs Hadoop Streaming's own command line on this machine, without Java.
package streamjob
