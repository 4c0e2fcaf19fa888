// Package layout draws graphs of tasks: what has to come first stands on the left, what requires it on its right.
//
// A [Graph] is nodes and edges. It can be made smaller before it is drawn:
//
//	g = g.Around(i, 2)                        // two steps each way from a node
//	g, err := g.Collapse(func(family string) bool { return family == "Report" })
//	                                          // one node for all tasks of a family, but for reports
//
// [Place] says where everything goes, and the [Picture] that it returns can be written as SVG:
//
//	picture, err := layout.Place(g)
//	err = picture.WriteSVG(w, "Reports of June")
//
// # How nodes are placed
//
// The method is that of Sugiyama, Tagawa and Toda, for each connected part by itself:
//
//   - Layers: a node stands one layer after the last that it requires. What is needed late is moved close to
//     where it is needed.
//   - Long edges get a vertex in each layer that they pass, so that they run between nodes and never
//     through them. Those that leave one node share their way.
//   - Order in the layers: each vertex goes to the mean of its neighbours, layer by layer, forth and back;
//     then neighbours change places where that helps. What had the fewest crossings is kept.
//   - Coordinates: those of Brandes and Köpf (Fast and Simple Horizontal Coordinate Assignment, 2001), with their
//     blocks put as the longest way in a graph of blocks. Long edges are straight.
//   - The parts are put in rows, the tallest first, so that the whole is about as wide as a screen.
//
// The number of sweeps is bounded, and so is that of the vertices of long edges: beyond [mostPassing] the
// longest edges go straight across. So the time is about proportional to the size of the graph.
// The result depends on the names and edges alone, in their order, and on no state: a picture can be
// painted anew when only states have changed.
//
// # Cycles
//
// Tasks never wait for themselves, so a cycle is an error that names one, a [*CycleError]. Families may:
// today's A requires yesterday's B, which requires yesterday's A. Where families are collapsed, such
// edges lead back, from right to left.
package layout
