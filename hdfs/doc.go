// Package hdfs holds files: a file system like os and io/fs, over HDFS or a local folder.
package hdfs
