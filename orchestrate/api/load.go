package api

// A Load is a [scheduler.Load].
type Load struct {
	CPU         *float64 `json:"cpu,omitempty" minimum:"0" maximum:"1" doc:"How much of all processors was busy since the beat before"`
	AttemptsCPU *float64 `json:"attempts_cpu,omitempty" minimum:"0" maximum:"1" doc:"How much of them its attempts took, as far as these go on"`
	Processors  int      `json:"processors,omitempty" minimum:"0"`
	Average     *float64 `json:"average,omitempty" minimum:"0" doc:"Of the processes that want to run, over a minute"`

	MemoryUsed  int64 `json:"memory_used,omitempty" minimum:"0" doc:"Bytes"`
	MemoryTotal int64 `json:"memory_total,omitempty" minimum:"0" doc:"Bytes"`
	DiskFree    int64 `json:"disk_free,omitempty" minimum:"0" doc:"Bytes of the disk that the worker's folder is on, as far as it may use them"`
	DiskTotal   int64 `json:"disk_total,omitempty" minimum:"0" doc:"Bytes of it"`
}
