package hdfs

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/colinmarc/hdfs/v2"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// fields are the fields of a message by their names in ClientNamenodeProtocol.proto.
type fields map[protoreflect.Name]any

// call carries out one call of the namenode and returns its answer. The messages are
// found by name, because the library's types for them are internal to it.
func (c *connection) call(method string, arguments fields) (protoreflect.Message, error) {
	name := strings.ToUpper(method[:1]) + method[1:]
	request, err := newMessage(name+"RequestProto", arguments)
	if err != nil {
		return nil, err
	}
	response, err := newMessage(name+"ResponseProto", nil)
	if err != nil {
		return nil, err
	}
	return response, c.namenode.Execute(method, request.Interface(), response.Interface())
}

func newMessage(name string, values fields) (protoreflect.Message, error) {
	kind, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName("hadoop.hdfs." + name))
	if err != nil {
		return nil, fmt.Errorf("hadoop.hdfs.%s: %w", name, err)
	}
	message := kind.New()
	for field, value := range values {
		descriptor := kind.Descriptor().Fields().ByName(field)
		if descriptor == nil {
			return nil, fmt.Errorf("hadoop.hdfs.%s has no field %s", name, field)
		}
		message.Set(descriptor, protoreflect.ValueOf(value))
	}
	return message, nil
}

func field(m protoreflect.Message, name protoreflect.Name) protoreflect.Value {
	return m.Get(m.Descriptor().Fields().ByName(name))
}

// status returns the file status in a field of an answer, or nil where there is none.
func status(m protoreflect.Message, name protoreflect.Name) *hdfs.FileStatus {
	if !m.Has(m.Descriptor().Fields().ByName(name)) {
		return nil
	}
	return field(m, name).Message().Interface().(*hdfs.FileStatus)
}

func (c *connection) getFileInfo(name string) (*fileInfo, error) {
	answer, err := c.call("getFileInfo", fields{"src": name})
	if err != nil {
		return nil, err
	}
	found := status(answer, "fs")
	if found == nil {
		return nil, errMissing
	}
	return &fileInfo{path.Base(name), found}, nil
}

// getListing returns the part of a listing that begins behind the name after, and
// how many entries are left.
func (c *connection) getListing(name, after string) (infos []*fileInfo, left uint32, err error) {
	answer, err := c.call("getListing", fields{"src": name, "startAfter": []byte(after), "needLocation": false})
	if err != nil {
		return nil, 0, err
	}
	if !answer.Has(answer.Descriptor().Fields().ByName("dirList")) {
		return nil, 0, errMissing
	}
	listing := field(answer, "dirList").Message()
	list := field(listing, "partialListing").List()
	for i := range list.Len() {
		entry := list.Get(i).Message().Interface().(*hdfs.FileStatus)
		infos = append(infos, &fileInfo{string(entry.GetPath()), entry})
	}
	return infos, uint32(field(listing, "remainingEntries").Uint()), nil
}

func (c *connection) mkdirs(name string, perm uint32, parents bool) error {
	masked, err := permission(perm)
	if err == nil {
		_, err = c.call("mkdirs", fields{"src": name, "masked": masked, "createParent": parents})
	}
	return err
}

// rename is rename2 without OVERWRITE: the namenode checks and moves under one lock.
func (c *connection) rename(oldname, newname string) error {
	_, err := c.call("rename2", fields{"src": oldname, "dst": newname, "overwriteDest": false})
	return err
}

// delete reports whether there was something to remove.
func (c *connection) delete(name string, recursive bool) (bool, error) {
	answer, err := c.call("delete", fields{"src": name, "recursive": recursive})
	if err != nil {
		return false, err
	}
	return field(answer, "result").Bool(), nil
}

func (c *connection) setPermission(name string, perm uint32) error {
	message, err := permission(perm)
	if err == nil {
		_, err = c.call("setPermission", fields{"src": name, "permission": message})
	}
	return err
}

// safeModeGet asks whether the namenode is in safe mode, and changes nothing.
const safeModeGet protoreflect.EnumNumber = 3

// inSafeMode asks the active namenode: checked has one that stands by refuse the call.
func (c *connection) inSafeMode() (bool, error) {
	answer, err := c.call("setSafeMode", fields{"action": safeModeGet, "checked": true})
	if err != nil {
		return false, err
	}
	return field(answer, "result").Bool(), nil
}

func permission(perm uint32) (protoreflect.Message, error) {
	return newMessage("FsPermissionProto", fields{"perm": perm})
}

// stickyBit is HDFS' bit for what is [fs.ModeSticky] here.
const stickyBit = 0o1000

// permOf returns HDFS' permission bits.
func permOf(mode fs.FileMode) uint32 {
	perm := uint32(mode.Perm())
	if mode&fs.ModeSticky != 0 {
		perm |= stickyBit
	}
	return perm
}

// A fileInfo is what the namenode tells of a file or folder.
type fileInfo struct {
	name   string
	status *hdfs.FileStatus
}

func (i *fileInfo) Name() string       { return i.name }
func (i *fileInfo) Size() int64        { return int64(i.status.GetLength()) }
func (i *fileInfo) IsDir() bool        { return i.Mode().IsDir() }
func (i *fileInfo) ModTime() time.Time { return time.UnixMilli(int64(i.status.GetModificationTime())) }

// Sys returns the [*hdfs.FileStatus] of github.com/colinmarc/hdfs/v2.
func (i *fileInfo) Sys() any { return i.status }

func (i *fileInfo) Mode() fs.FileMode {
	perm := i.status.GetPermission().GetPerm()
	mode := fs.FileMode(perm) & fs.ModePerm
	if perm&stickyBit != 0 {
		mode |= fs.ModeSticky
	}
	switch i.status.GetFileType().String() {
	case "IS_DIR":
		mode |= fs.ModeDir
	case "IS_SYMLINK":
		mode |= fs.ModeSymlink
	}
	return mode
}
