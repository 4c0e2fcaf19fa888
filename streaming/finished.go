package streaming

import (
	"fmt"

	"github.com/gomr/gomr/mr"
)

// To Hadoop a task whose process ends with code 0 has done its work, also where user
// code has called os.Exit halfway. So each task counts itself when it is really
// finished, and a job is complete when all of its tasks have.

// finishedTasks returns the name of the counter of the tasks of a kind that are finished.
func finishedTasks(kind TaskKind) string { return "Finished " + string(kind) + " tasks" }

func isFinishedTasks(v mr.CounterValue) bool {
	return v.Group == workerGroup && (v.Name == finishedTasks(MapTask) || v.Name == finishedTasks(ReduceTask))
}

// checkFinished returns an error where tasks of a step that succeeded were not finished.
func (r *run) checkFinished(i int, state clientState) error {
	if len(state.Counters) == 0 {
		r.Log.Warn("Hadoop gave no counters, so that all tasks were finished is not certain", "application", state.Application)
		return nil
	}
	finished := make(map[string]int64)
	for _, v := range state.Counters {
		if isFinishedTasks(v) {
			finished[v.Name] += v.Value
		}
	}
	want := map[TaskKind]int{MapTask: state.Splits}
	if state.Splits > 0 {
		// Without any map task Hadoop throws the counters of the reduce tasks away.
		want[ReduceTask] = r.steps[i].Reducers
	}
	for _, kind := range []TaskKind{MapTask, ReduceTask} {
		if n := finished[finishedTasks(kind)]; n < int64(want[kind]) {
			return &JobError{
				Step: i + 1, Steps: len(r.steps),
				Application: state.Application,
				TrackingURL: state.TrackingURL,
				Offset:      -1,
				Reason:      fmt.Sprintf("%d of %d %s tasks ended with code 0 before they were finished", int64(want[kind])-n, want[kind], kind),
				Mend:        "code of the job that calls os.Exit must return an error instead",
			}
		}
	}
	return nil
}
