package shuffle

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// A Frame is a block on its way through Hadoop.
type Frame struct {
	Key   []byte // see [AppendFrameKey]
	Value []byte // a block
}

// A FrameKey is a frame's key, parsed.
type FrameKey struct {
	FirstKey []byte // the first key of the block
	Run      uint32 // the index of the map task
	Block    uint32 // the number of the block among those of the map task for this partition
}

// The bytes that end a key in a frame key, and that stand for a zero byte in it.
const (
	keyEnd     = 0x00
	keyZero    = 0xff
	prefixSize = 2
	placeSize  = 8 // run and block
)

// AppendFrameKey appends the key of a frame to dst: what Hadoop partitions and sorts the frames by.
// The prefix is that of [PartitionPrefix], run the index of the map task,
// and block the number of the block among those of the map task for this partition.
// Frame keys compare as (firstKey, run, block) do.
func AppendFrameKey(dst []byte, partitionPrefix [2]byte, firstKey []byte, run, block uint32) []byte {
	dst = append(dst, partitionPrefix[:]...)
	for {
		zero := bytes.IndexByte(firstKey, 0)
		if zero < 0 {
			break
		}
		dst = append(dst, firstKey[:zero]...)
		dst = append(dst, 0, keyZero)
		firstKey = firstKey[zero+1:]
	}
	dst = append(dst, firstKey...)
	dst = append(dst, 0, keyEnd)
	dst = binary.BigEndian.AppendUint32(dst, run)
	return binary.BigEndian.AppendUint32(dst, block)
}

// ParseFrameKey takes a frame's key apart. The first key is appended to dst and shares its memory.
func ParseFrameKey(dst, key []byte) (FrameKey, error) {
	if len(key) < prefixSize {
		return FrameKey{}, errFrameKey
	}
	start := len(dst)
	for rest := key[prefixSize:]; ; {
		zero := bytes.IndexByte(rest, 0)
		if zero < 0 || zero+1 == len(rest) {
			return FrameKey{}, errFrameKey
		}
		dst = append(dst, rest[:zero]...)
		mark := rest[zero+1]
		rest = rest[zero+2:]
		switch {
		case mark == keyZero:
			dst = append(dst, 0)
		case mark == keyEnd && len(rest) == placeSize:
			return FrameKey{
				FirstKey: dst[start:],
				Run:      binary.BigEndian.Uint32(rest),
				Block:    binary.BigEndian.Uint32(rest[4:]),
			}, nil
		default:
			return FrameKey{}, errFrameKey
		}
	}
}

var errFrameKey = errors.New("not the key of a frame: was it written by another program?")

// MaxHadoopPartitions is the largest number of partitions that all have a [PartitionPrefix].
const MaxHadoopPartitions = 5026

// PartitionPrefix returns two bytes that Hadoop's BinaryPartitioner, with offsets 0 and 1,
// sends to the partition. There is an error where no two bytes do that,
// which happens only with more than [MaxHadoopPartitions] partitions.
//
// The partitioner takes (h & 0x7fffffff) % partitions of h = 31*(31+b0)+b1, with the bytes as signed
// numbers (WritableComparator.hashBytes). So h has all values from -3135 to 5025; those from 0 up
// are partitions themselves, and those below come out near 2^31 modulo partitions.
func PartitionPrefix(partition, partitions int) ([2]byte, error) {
	if partition < 0 || partition >= partitions {
		return [2]byte{}, fmt.Errorf("partition %d of %d does not exist", partition, partitions)
	}
	for b0 := -128; b0 < 128; b0++ {
		for b1 := -128; b1 < 128; b1++ {
			h := 31*(31+b0) + b1
			if (h&0x7fffffff)%partitions == partition {
				return [2]byte{byte(b0), byte(b1)}, nil
			}
		}
	}
	return [2]byte{}, fmt.Errorf("partition %d of %d is out of reach for the two bytes of Hadoop's BinaryPartitioner: use at most %d partitions", partition, partitions, MaxHadoopPartitions)
}
