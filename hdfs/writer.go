package hdfs

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"time"

	"github.com/colinmarc/hdfs/v2"
)

// Pauses between looks at whether the datanodes have reported the last block.
const (
	firstReportPause = 10 * time.Millisecond
	lastReportPause  = time.Second
)

// createMode is what package os gives a new file, before the umask.
const createMode = 0o666

// Create makes a new file and opens it for writing, with dfs.blocksize and
// dfs.replication, by default those of the namenode.
func (c *Client) Create(name string) (Writer, error) {
	name, err := cleanTarget("create", name)
	if err != nil {
		return nil, err
	}
	if err := c.checkParent(name); err != nil {
		return nil, c.pathError("create", name, err)
	}
	w := &fileWriter{client: c, name: name}
	err = c.do(repeatable(false), func(conn *connection) error {
		if err := conn.checkProtection(); err != nil {
			return err
		}
		replicas := cmp.Or(c.settings.replicas, conn.defaults.Replication)
		blockSize := cmp.Or(c.settings.blockSize, conn.defaults.BlockSize)
		writer, err := conn.CreateFile(name, replicas, blockSize, fs.FileMode(createMode&^c.settings.umask))
		if err != nil {
			return err
		}
		conn.hold()
		w.conn, w.writer = conn, writer
		return nil
	})
	if err != nil {
		return nil, c.pathError("create", name, err)
	}
	return w, nil
}

// A fileWriter is a [Writer] of a [Client].
type fileWriter struct {
	client *Client
	conn   *connection
	name   string
	writer *hdfs.FileWriter
	err    error // the first error of Write: the library can't go on after one
	closed bool
}

func (w *fileWriter) Write(p []byte) (int, error) {
	if w.closed {
		return 0, w.client.pathError("write", w.name, fs.ErrClosed)
	}
	if w.err != nil || len(p) == 0 {
		// The library would begin a block for no bytes, which no datanode ever reports.
		return 0, w.err
	}
	n, err := w.writer.Write(p)
	if err != nil {
		w.err = w.client.pathError("write", w.name, explainDatanode(err))
	}
	return n, w.err
}

// Close completes the file. It waits, within the client's patience, until the datanodes
// have told the namenode of the last block; till then the file is not closed.
func (w *fileWriter) Close() error {
	if w.closed {
		return w.client.pathError("close", w.name, fs.ErrClosed)
	}
	w.closed = true
	defer w.conn.release()
	giveUp := time.Now().Add(w.client.settings.config.Patience)
	err := w.writer.Close()
	for pause := firstReportPause; hdfs.IsErrReplicating(err); pause = min(2*pause, lastReportPause) {
		if time.Now().After(giveUp) {
			err = fmt.Errorf("after %v no datanode has reported the last block: see hdfs dfsadmin -report",
				w.client.settings.config.Patience)
			break
		}
		time.Sleep(pause)
		err = w.writer.Close()
	}
	if w.err != nil {
		return w.err
	}
	return w.client.pathError("close", w.name, explainDatanode(err))
}

// explainDatanode adds the mend to an error of a network that hides the datanodes.
func explainDatanode(err error) error {
	if network, ok := errors.AsType[*net.OpError](err); ok && network.Op == "dial" {
		return fmt.Errorf("datanode %v can't be reached (where it is known here by another address, "+
			"set dfs.client.use.datanode.hostname to true): %w", network.Addr, err)
	}
	return err
}

// checkProtection fails where the wire to the datanodes is signed or encrypted:
// the library can't read what comes over it.
func (c *connection) checkProtection() error {
	protection := c.protection
	if c.defaults.EncryptDataTransfer {
		protection = hdfs.DataTransferProtectionPrivacy
	}
	switch protection {
	case "", hdfs.DataTransferProtectionAuthentication:
		return nil
	}
	return &RemoteError{Message: fmt.Sprintf("reading and writing files with data transfer protection %q is not supported: "+
		"let the cluster offer authentication too in dfs.data.transfer.protection", protection),
		kind: errors.ErrUnsupported}
}
