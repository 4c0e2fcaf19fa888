// Package hdfstest holds the suite that every [hdfs.FileSystem] passes, and one that dies with its process.
//
//	func TestMyFileSystem(t *testing.T) {
//		hdfstest.TestFileSystem(t, fsys, "/tmp/suite")
//	}
package hdfstest
