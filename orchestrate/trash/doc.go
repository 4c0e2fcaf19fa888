// Package trash moves outputs away so that they can be brought back.
//
//	t := &trash.Trash{Volumes: []trash.Volume{trash.Cluster(files, "ann"), trash.Machine(stateDir)}}
//	e, err := t.Begin(&trash.Manifest{By: "ann", Tasks: tasks}, 7*24*time.Hour)
//	if err != nil { … }
//	defer e.Close()
//	if err := e.Move(ctx); err != nil { … } // what was moved is back
//	err = e.Finish()
//	…
//	e, err = t.Open(id)
//	restored, err := e.Restore(ctx, trash.Restore{})
//
// # Entries
//
// What was moved at once is an entry, a folder of its ID in the home of a volume:
//
//	/user/ann/.gomr-trash/20140601-142301-x7k2/
//		manifest.json   what is to be moved, from where to where; see [Manifest]
//		0/2014-06-01    an output, as it was: a rename changes neither bytes nor permissions
//		1/2014-06-02
//		finished        an empty file: all that the entry was for is done
//		emptying        an empty file: the outputs are being removed, and none can be brought back
//
// The outputs of a cluster are in the home. Those of a machine stay on their device: beside each is a
// folder .gomr-trash, and in it one for the entry.
//
// # What a kill leaves
//
// The manifest is the journal. An entry appears with it, by a rename, before anything is moved, and where
// an output is then tells how far the entry has come: it is at the one place or at the other, for a rename has
// no middle. So an entry can be brought back from wherever it was left, and bringing it back can be
// left too, and be done again. The manifest is the last to be removed.
//
// An entry without the file finished was interrupted. It is never removed for its age. Who has given it an ID can open it
// again, and move what is left.
//
// Nothing is ever overwritten: who brings back an output of which there is a new one is told so,
// or has the new one moved to the trash first.
package trash
