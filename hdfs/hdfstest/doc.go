// Package hdfstest holds the suite that every [hdfs.FileSystem] passes.
//
//	func TestMyFileSystem(t *testing.T) {
//		hdfstest.TestFileSystem(t, fsys, "/tmp/suite")
//	}
package hdfstest
