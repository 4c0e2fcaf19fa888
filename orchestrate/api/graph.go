package api

// A Graph is tasks, or families of tasks, with the places at which they are drawn.
type Graph struct {
	Shape     string      `json:"shape" doc:"The same as long as nothing but states has changed"`
	Known     bool        `json:"known,omitempty" doc:"The shape is the one that was asked with: places and edges are left out"`
	Tasks     int         `json:"tasks" doc:"How many tasks the nodes stand for"`
	Collapsed bool        `json:"collapsed,omitempty" doc:"Families are one node each, but for those that are expanded"`
	Width     float64     `json:"width,omitempty"`
	Height    float64     `json:"height,omitempty"`
	Nodes     []GraphNode `json:"nodes"`
	Edges     []GraphEdge `json:"edges,omitempty"`
}

// A GraphNode is a task, or all tasks of a family.
type GraphNode struct {
	Key    int64          `json:"key,omitempty" doc:"Of the task; left out of a family"`
	ID     string         `json:"id,omitempty" doc:"Of the task; left out of a family"`
	Family string         `json:"family,omitempty"`
	State  string         `json:"state" doc:"That of the task, or upstream failed where it waits for what won't be done before somebody acts; of a family that which needs somebody most"`
	Counts map[string]int `json:"counts,omitempty" doc:"Of a family: how many tasks are in which state"`

	Label  string  `json:"label,omitempty" doc:"What there is room for in its box"`
	Detail string  `json:"detail,omitempty" doc:"Below that"`
	X      float64 `json:"x,omitempty" doc:"Of the left upper corner"`
	Y      float64 `json:"y,omitempty"`
	Width  float64 `json:"width,omitempty"`
	Height float64 `json:"height,omitempty"`
}

// A GraphEdge says that a node requires another one.
type GraphEdge struct {
	From   int       `json:"from" doc:"Place of the required one in nodes"`
	To     int       `json:"to" doc:"Place of the one that requires it"`
	Back   bool      `json:"back,omitempty" doc:"It leads from right to left, as families require each other"`
	Points []float64 `json:"points" doc:"x and y of each point of its way; between them are curves that are horizontal at their ends"`
}
