package scheduler

// A Load is how busy the machine of a worker is, as the worker tells with its beats. What is not known is zero, or nil.
// It is kept in memory alone, and nothing is decided by it.
type Load struct {
	CPU         *float64 // how much of all processors was busy since the beat before, from 0 to 1
	AttemptsCPU *float64 // how much of them its attempts took, as far as these go on
	Processors  int
	Average     *float64 // of the processes that want to run, over a minute

	MemoryUsed  int64 // bytes
	MemoryTotal int64
	DiskFree    int64 // bytes of the disk that the worker's folder is on
	DiskTotal   int64
}
