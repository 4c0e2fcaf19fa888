// Package timeline tells when tasks ran, and which of them determined when the last one ended.
//
//	t := timeline.Of(begin, now, tasks)
//	for _, bar := range t.Bars { … }      // a task each, those first that began first
//	t.Path                                // the critical path: its first step first
//	t.Waited() + t.Ran() == t.End.Sub(t.Begin)
//
// # The model
//
// A task has one attempt, which began and has ended or ends now; or none, where it has yet to begin. A task that
// had no work, such as a wrapper, begins and ends when it was done. It could begin when the last of those that it
// requires had ended, and not before the timeline begins; until it began it waited, for a worker, for resources
// or for an earlier attempt that failed. A requirement that ended after the task began, because it was made
// again since, is none that the task has waited for.
//
// The critical path is found from its end: the task that ended last, before it the one that it could begin
// after, before that one the same, until a task could begin with the timeline. Had any step of it waited
// or run for less time, and nothing else been in the way, all would have ended earlier; other tasks had
// time to spare.
//
// What ended before the timeline begins has delayed nothing, and counts as if it had always been there. Of what was
// under way then, the time since counts. Where no beginning is given, it is that of the first step.
//
// The package asks nobody and keeps nothing. It takes time in proportion to the tasks and requirements, but for
// the sort of the bars.
package timeline
