// Package forecast tells when tasks will be done, from how long those of their families took before.
//
// A [Summary] is made of the attempts at the tasks of a family, of which the last hundred count:
//
//	s := forecast.Summarize(attempts)   // the newest first, as the store returns them
//	s.P50, s.P95                        // half of them took no longer, and 95 of 100
//
// [Predict] makes a [Forecast] of tasks that are not done, with all that they wait for:
//
//	f := forecast.Predict(now, open, func(family string) forecast.Summary { … })
//	finish := f.Finish(key)             // at P50 and at P95
//	steps := f.Path(key)                // the way of requirements that takes longest
//
// # The rule
//
// A task begins when all that it waits for has finished, and not before its back-off is over. It takes what its
// family takes. Of one that runs, the time that it has run already is taken off; one that has run longer
// than that is expected to take another tenth. Wrappers take no time. An external task whose
// output is missing counts as if it came now.
//
// It is assumed that everything starts as soon as it can: neither workers nor resources are short. Where they
// are, tasks finish later than is told here. The P95 of a way is the sum of the P95 of its steps, which is
// more than the P95 of the sum: it warns early rather than late.
//
// A family of which no attempt has succeeded yet counts as taking no time, and the [Finish] says of how many
// steps that is so: it is a lower bound then. Where a task has failed, what waits for it is not done before somebody
// acts; the Finish names it, and the times are as if it were tried again now.
//
// The package asks nobody and keeps nothing: its functions depend on their arguments alone. A forecast costs
// time in proportion to the tasks and requirements that it is given.
package forecast
