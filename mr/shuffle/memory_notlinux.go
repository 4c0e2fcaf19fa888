//go:build unix && !linux

package shuffle

func adviseHugePages([]byte) {}
