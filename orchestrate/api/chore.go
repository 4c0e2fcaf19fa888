package api

import "github.com/gomr/gomr/orchestrate/chore"

// A NewClear asks for a [chore.Clear]. Who asks is known from the token.
type NewClear struct {
	Tasks      []string `json:"tasks" nullable:"false" minItems:"1" maxItems:"1000" doc:"IDs of tasks of one program. A wrapper stands for what it groups"`
	Downstream bool     `json:"downstream,omitempty" doc:"Clear what depends on them, too"`
	Preview    bool     `json:"preview,omitempty" doc:"Tell what would be moved, and change nothing"`
	Note       string   `json:"note,omitempty" maxLength:"1000" doc:"Why, for the history"`
}

// A NewUndo asks for a [chore.Undo]. Who asks is known from the token.
type NewUndo struct {
	ID      string `json:"id" minLength:"1" maxLength:"200" doc:"Of the entry in the trash"`
	Program string `json:"program" minLength:"1" doc:"Of the tasks that were cleared"`
	Replace bool   `json:"replace,omitempty" doc:"Move new outputs that are in the way to the trash"`
}

// A ChoreName names what a worker was asked for.
type ChoreName struct {
	Name string `json:"name" doc:"A clear's is the ID of its entry in the trash"`
	Task string `json:"task" doc:"ID of the task that does it"`
}

// A ClearStatus is how far a clear is.
type ClearStatus struct {
	State   chore.State    `json:"state" enum:"waiting,done,failed" doc:"Waiting is that no worker has done it yet"`
	Cleared *chore.Cleared `json:"cleared,omitempty" doc:"Of one that is done"`
	Why     string         `json:"why,omitempty" doc:"It has failed, or is not further, as far as it is known"`
}

// An UndoStatus is how far an undo is.
type UndoStatus struct {
	State  chore.State   `json:"state" enum:"waiting,done,failed" doc:"Waiting is that no worker has done it yet"`
	Undone *chore.Undone `json:"undone,omitempty" doc:"Of one that is done"`
	Why    string        `json:"why,omitempty" doc:"It has failed, or is not further, as far as it is known"`
}
