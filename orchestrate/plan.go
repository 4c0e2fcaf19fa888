package orchestrate

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// A Plan says what a run of some tasks would do: all the tasks that they require,
// directly or not, and the state of each. It doesn't change and is read by any number of goroutines.
type Plan struct {
	config Config
	nodes  []*Node
	byID   map[string]*Node
	roots  []*Node
}

// A Node is a task in a plan. It must not be changed.
type Node struct {
	ID   string // of the task, see [ID]
	Task Task

	// Status is [StatusComplete], [StatusWillRun], [StatusMissingExternal] or [StatusUpstreamMissing].
	Status Status

	// Requires are the requirements in their order, each once. Those of a complete
	// task are not looked at, unless it is a [WrapperTask] or the plan is a [Config.Whole] one.
	Requires []*Node

	// Missing are the targets in the task's output that don't exist.
	Missing []Target

	targets []Target // the task's output, taken apart
	looked  bool     // the targets were looked for
	census  census   // of the partitions of a range

	// What the task's methods of these names return. The Retry is that of the configuration where
	// the task has none.
	Priority  int
	Timeout   time.Duration
	Retry     Retry
	Resources map[string]int
	Due       time.Time
	Owner     string
	Checks    []Check

	// Batch is the same for tasks that one attempt can make together, at most MaxBatch of them, see
	// [AttemptBatch]. Empty is a task that is made alone.
	Batch    string
	MaxBatch int
}

// NewPlan plans the tasks and all that they require.
//
// A task with a complete output is left alone with all that it requires. Every task is
// looked at once, however many require it, and all tasks at one distance from
// the given ones are asked for their outputs by one call of [Config.Exists].
//
// The error is a [*CycleError], a [*PlanError] that names the task to blame, or that of ctx.
func NewPlan(ctx context.Context, config Config, tasks ...Task) (*Plan, error) {
	p := newPlanner(config)
	roots, err := p.add(tasks)
	for err == nil && len(p.frontier) > 0 {
		err = p.advance(ctx)
	}
	if err != nil {
		return nil, err
	}
	nodes, err := sortNodes(roots)
	if err != nil {
		return nil, err
	}
	for _, n := range nodes {
		n.Status = n.plannedStatus()
	}
	return &Plan{p.config, nodes, p.byID, roots}, nil
}

// Nodes returns the tasks of the plan, each after all that it requires.
func (p *Plan) Nodes() iter.Seq[*Node] { return slices.Values(p.nodes) }

// Roots returns the tasks that the plan was made for.
func (p *Plan) Roots() []*Node { return p.roots }

// Lookup returns the task of that identity, or nil where the plan has none.
func (p *Plan) Lookup(id string) *Node { return p.byID[id] }

// Count returns how many tasks have the status.
func (p *Plan) Count(status Status) int {
	count := 0
	for _, n := range p.nodes {
		if n.Status == status {
			count++
		}
	}
	return count
}

// Outputs returns the targets of the task's output, those that are several taken apart.
func (n *Node) Outputs() []Target { return slices.Clone(n.targets) }

// A planner finds the tasks of a plan, ring by ring around the given ones.
type planner struct {
	config   Config
	byID     map[string]*Node
	frontier []*Node                // found, and not yet looked at
	checked  map[reflect.Type]error // task types, see checkType
}

func newPlanner(config Config) *planner {
	return &planner{
		config:  config.withDefaults(),
		byID:    make(map[string]*Node),
		checked: make(map[reflect.Type]error),
	}
}

// advance looks at the frontier: which outputs exist, and what the others require.
func (p *planner) advance(ctx context.Context) error {
	ring := p.frontier
	p.frontier = nil
	if err := p.checkTargets(ctx, ring); err != nil {
		return err
	}
	if err := p.expandRanges(ctx, ring); err != nil {
		return err
	}
	for _, n := range ring {
		if n.Status == StatusComplete && !p.config.Whole || IsExternal(n.Task) || isRange(n.Task) {
			continue
		}
		var required []Task
		err := guard(func() error {
			required = requirements(n.Task)
			return nil
		})
		if err == nil {
			n.Requires, err = p.add(required)
		}
		var inner *PlanError
		if err != nil && !errors.As(err, &inner) {
			err = &PlanError{n.ID, err}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkTargets asks for all targets of the nodes at once and marks the complete tasks.
func (p *planner) checkTargets(ctx context.Context, ring []*Node) error {
	ring = slices.DeleteFunc(slices.Clone(ring), func(n *Node) bool { return n.looked })
	var targets []Target
	for _, n := range ring {
		targets = append(targets, n.targets...)
	}
	exists, err := existAll(ctx, p.config, targets)
	if err != nil {
		return err
	}
	for _, n := range ring {
		n.looked = true
		for i, target := range n.targets {
			if !exists[i] {
				n.Missing = append(n.Missing, target)
			}
		}
		if len(n.targets) > 0 && len(n.Missing) == 0 {
			n.Status = StatusComplete
		}
		exists = exists[len(n.targets):]
	}
	return nil
}

// existAll calls Config.Exists and doesn't trust it to keep its contract.
func existAll(ctx context.Context, config Config, targets []Target) (exists []bool, err error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	if len(targets) == 0 {
		return nil, nil
	}
	err = guard(func() (err error) {
		exists, err = config.Exists(ctx, targets)
		return err
	})
	if err == nil && len(exists) != len(targets) {
		err = fmt.Errorf("Config.Exists was asked for %d targets and answered for %d", len(targets), len(exists))
	}
	return exists, err
}

// add returns the nodes of the tasks, each once, and puts new ones in the frontier.
func (p *planner) add(tasks []Task) ([]*Node, error) {
	var nodes []*Node
	seen := make(map[*Node]bool)
	for _, t := range tasks {
		n, err := p.node(t)
		if err != nil {
			return nil, err
		}
		if !seen[n] {
			seen[n] = true
			nodes = append(nodes, n)
		}
	}
	return nodes, nil
}

// node returns the node of a task. A new one is put in the frontier.
func (p *planner) node(t Task) (*Node, error) {
	n, err := p.find(t)
	if err != nil || p.byID[n.ID] == n {
		return n, err
	}
	return n, p.register(n)
}

// find returns the node of a task, which is not registered where it is new.
func (p *planner) find(t Task) (*Node, error) {
	if isNil(t) {
		return nil, errors.New("a task is nil")
	}
	if err := p.checkType(t); err != nil {
		return nil, err
	}
	var id string
	err := guard(func() error {
		id = ID(t)
		return nil
	})
	if n := p.byID[id]; n != nil || err != nil {
		return n, err
	}
	n := &Node{ID: id, Task: t}
	if err := guard(func() error { return n.readTask(p.config) }); err != nil {
		return nil, &PlanError{id, err}
	}
	return n, nil
}

// register makes a node a part of the plan.
func (p *planner) register(n *Node) error {
	if len(p.byID) >= p.config.MaxTasks {
		return &PlanError{n.ID, fmt.Errorf("the plan has more than %d tasks; does it require itself with ever new parameters? Else raise MaxTasks", p.config.MaxTasks)}
	}
	p.byID[n.ID] = n
	p.frontier = append(p.frontier, n)
	return nil
}

// checkType checks a type once, as [NewRegistry] does: tasks may require others that are in no registry.
func (p *planner) checkType(t Task) error {
	typ := reflect.TypeOf(t)
	err, known := p.checked[typ]
	if !known {
		err = errors.Join(schemaOf(typ).err, checkMethods(t), checkKind(t))
		if err == nil {
			err = checkBatch(t)
		}
		p.checked[typ] = err
	}
	return err
}

// readTask calls the methods of the task that are needed later on.
func (n *Node) readTask(config Config) error {
	n.Priority = priorityOf(n.Task)
	n.Timeout = timeoutOf(n.Task)
	n.Retry = retryOf(n.Task, config.Retry)
	n.Resources = resourcesOf(n.Task)
	n.Batch, n.MaxBatch = batchOf(n.Task)
	n.Due, n.Owner = dueOf(n.Task), ownerOf(n.Task)
	n.Checks = checksOf(n.Task)
	for _, check := range n.Checks {
		if err := check.valid(); err != nil {
			return err
		}
	}
	if IsWrapper(n.Task) {
		return nil
	}
	if n.targets = appendTargets(nil, n.Task.Output()); len(n.targets) == 0 {
		return errors.New("it has no output, which tells that it is complete; embed WrapperTask if it only groups tasks")
	}
	return nil
}

// plannedStatus returns the status of a node whose requirements have theirs.
func (n *Node) plannedStatus() Status {
	switch {
	case n.Status == StatusComplete:
		return StatusComplete
	case IsExternal(n.Task):
		return StatusMissingExternal
	}
	complete := true
	for _, required := range n.Requires {
		switch required.Status {
		case StatusMissingExternal, StatusUpstreamMissing:
			return StatusUpstreamMissing
		case StatusWillRun:
			complete = false
		}
	}
	if complete && IsWrapper(n.Task) {
		return StatusComplete
	}
	return StatusWillRun
}

// sortNodes returns the nodes depth first, each after all that it requires.
func sortNodes(roots []*Node) ([]*Node, error) {
	var sorted, path []*Node
	const open, done = 1, 2
	state := make(map[*Node]int)
	var visit func(n *Node) error
	visit = func(n *Node) error {
		switch state[n] {
		case open:
			return newCycleError(append(path[slices.Index(path, n):], n))
		case done:
			return nil
		}
		state[n] = open
		path = append(path, n)
		for _, required := range n.Requires {
			if err := visit(required); err != nil {
				return err
			}
		}
		path = path[:len(path)-1]
		state[n] = done
		sorted = append(sorted, n)
		return nil
	}
	for _, root := range roots {
		if err := visit(root); err != nil {
			return nil, err
		}
	}
	return sorted, nil
}

// A CycleError is a task that requires itself, directly or not.
type CycleError struct {
	IDs []string // of the tasks, each required by the one before; the last is the first again
}

func newCycleError(nodes []*Node) *CycleError {
	e := &CycleError{}
	for _, n := range nodes {
		e.IDs = append(e.IDs, n.ID)
	}
	return e
}

func (e *CycleError) Error() string {
	return "tasks require each other: " + strings.Join(e.IDs, " -> ")
}

// A PlanError is a task that can't be planned.
type PlanError struct {
	ID  string
	Err error
}

func (e *PlanError) Error() string { return fmt.Sprintf("plan %s: %v", e.ID, e.Err) }

// Unwrap returns what went wrong.
func (e *PlanError) Unwrap() error { return e.Err }

// A PanicError is a panic in the code of a task.
type PanicError struct {
	Value any    // what panic was called with
	Stack string // the stack of the goroutine
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v\n\n%s", e.Value, e.Stack) }

// Unwrap returns the error that panic was called with, or nil where it was something else.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// guard calls the code of a task and returns its panic as an error.
func guard(call func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &PanicError{value, string(debug.Stack())}
		}
	}()
	return call()
}
