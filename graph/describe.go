package graph

import (
	"fmt"
	"strings"

	"gonum.org/v1/gonum/graph/encoding"
	"gonum.org/v1/gonum/graph/encoding/dot"
	"gonum.org/v1/gonum/graph/simple"
	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/peek"
)

// Nodes returns the number of nodes of the expression graph: those of the
// loss, and those that gorgonia.Grad added.
func (n *Network) Nodes() (forward, backward int) {
	return n.expr.forward, len(n.expr.graph.AllNodes()) - n.expr.forward
}

// Dot returns the expression graph in the DOT language. An edge runs from a
// value to the operation that uses it. Inputs are boxes, what Grad added is
// dashed, the cost and the gradients are bold.
//
// Gorgonia's own ToDot lays out a table a node, with its value, and groups the
// nodes in clusters.
func (n *Network) Dot() ([]byte, error) {
	g := simple.NewDirectedGraph()
	outputs := map[*gorgonia.Node]string{n.expr.cost: "cost"}
	for k, grad := range n.expr.grads {
		outputs[grad] = "∂cost/∂" + n.expr.params[k].Name()
	}
	all := n.expr.graph.AllNodes()
	for i, node := range all {
		g.AddNode(dotNode{Node: node, output: outputs[node], backward: i >= n.expr.forward})
	}
	for _, node := range all {
		for _, child := range peek.Children(node) {
			g.SetEdge(simple.Edge{F: g.Node(child.ID()), T: g.Node(node.ID())})
		}
	}
	return dot.Marshal(g, "gradtwin", "", "\t")
}

// dotNode is a node as DOT shows it.
type dotNode struct {
	*gorgonia.Node
	output   string // "" for an inner node
	backward bool
}

// DOTID implements dot.Node.
func (n dotNode) DOTID() string { return fmt.Sprintf("n%d", n.ID()) }

// Attributes implements encoding.Attributer.
func (n dotNode) Attributes() []encoding.Attribute {
	label := inspect.OperationName(n.Node)
	if n.output != "" {
		label = n.output + " = " + label
	}
	if !n.IsScalar() {
		label += "\n" + inspect.Shape(n.Node)
	}
	quoted := strings.NewReplacer(`"`, `\"`, `\`, `\\`, "\n", `\n`).Replace(label)
	a := []encoding.Attribute{{Key: "label", Value: `"` + quoted + `"`}}
	if n.Op() == nil {
		a = append(a, encoding.Attribute{Key: "shape", Value: "box"})
	}
	var style []string
	if n.backward {
		style = append(style, "dashed")
	}
	if n.output != "" {
		style = append(style, "bold")
	}
	if len(style) > 0 {
		a = append(a, encoding.Attribute{Key: "style", Value: `"` + strings.Join(style, ",") + `"`})
	}
	return a
}

// Instruction is one line of what a run does.
type Instruction struct {
	Node  int      `json:"node"` // the result, as DOT numbers it
	Op    string   `json:"op"`
	From  []string `json:"from"`  // inputs by name, nodes as n17
	Shape string   `json:"shape"` // of the result
	// Memory is how the operation comes by its result's memory: kept, it writes to
	// that of the run before; copied, the operand is copied there and then
	// overwritten; its own, it allocates it, or shares its operand's.
	Memory string `json:"memory"`
	Output string `json:"output,omitempty"` // cost, or the parameter whose gradient it is
}

// Program returns what a step computes, in order: with gradients the cost and
// all gradients, else the cost alone.
func (n *Network) Program(gradients bool) []Instruction {
	p := n.compute.program(gradients)
	outputs := map[*gorgonia.Node]string{n.expr.cost: "cost"}
	for k, grad := range n.expr.grads {
		outputs[grad] = n.expr.params[k].Name()
	}
	list := make([]Instruction, 0, len(p.Code))
	for _, ins := range p.Code {
		i := Instruction{
			Node: int(ins.Node.ID()), Op: inspect.OperationName(ins.Node), Shape: inspect.Shape(ins.Node),
			Memory: "its own", Output: outputs[ins.Node],
		}
		switch {
		case ins.Kept():
			i.Memory = "kept"
		case ins.Copied():
			i.Memory = "copied"
		}
		for _, child := range peek.Children(ins.Node) {
			if child.Op() == nil || len(peek.Children(child)) == 0 {
				i.From = append(i.From, child.Name())
			} else {
				i.From = append(i.From, fmt.Sprintf("n%d", child.ID()))
			}
		}
		list = append(list, i)
	}
	return list
}
