package replica

import (
	"fmt"
	"reflect"
	"strings"

	"gorgonia.org/gorgonia"

	"gradtwin/graph/internal/building"
	"gradtwin/graph/internal/inspect"
	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/ops"
	"gradtwin/graph/internal/peek"
	"gradtwin/graph/internal/tape"
)

// Widen builds the forward part of a cost in float64 and returns the copies of its
// nodes. An input has the value of the node that leaves returns for it.
func Widen(cost *gorgonia.Node, leaves tape.Leaves) (map[*gorgonia.Node]*gorgonia.Node, error) {
	r := &widening{
		graph: gorgonia.NewGraph(), scratch: gorgonia.NewGraph(), of: map[*gorgonia.Node]*gorgonia.Node{},
		ops: ops.NewCopier(true),
	}
	for _, n := range inspect.Cone(cost) {
		held := n.Value() // a constant's
		if v := leaves(n); v != nil {
			held = v
		}
		var err error
		if r.of[n], err = r.node(n, held); err != nil {
			return nil, err
		}
	}
	return r.of, nil
}

// widening is a graph that is built in float64.
type widening struct {
	graph   *gorgonia.ExprGraph
	scratch *gorgonia.ExprGraph // where operations are made
	inputs  int                 // in scratch
	of      map[*gorgonia.Node]*gorgonia.Node
	ops     *ops.Copier
}

// node returns n in float64, with the value if it is an input or a constant.
func (r *widening) node(n *gorgonia.Node, held gorgonia.Value) (c *gorgonia.Node, err error) {
	defer building.Recover(&err, fmt.Sprintf("node %v", n))
	args := peek.Children(n)
	if n.Op() == nil || len(args) == 0 {
		if held == nil {
			return nil, fmt.Errorf("the operation %v has no value", n.Op())
		}
		v, err := memory.Widen(held)
		if err != nil {
			return nil, fmt.Errorf("node %v: %w", n, err)
		}
		if n.Op() != nil {
			return r.graph.AddNode(gorgonia.NewConstant(v, gorgonia.WithName(n.Name()))), nil
		}
		options := []gorgonia.NodeConsOpt{gorgonia.WithShape(n.Shape()...), gorgonia.WithValue(v)}
		if inspect.Named(n) {
			options = append(options, gorgonia.WithName(n.Name()))
		}
		dims := 0
		if t, ok := n.Type().(gorgonia.TensorType); ok {
			dims = t.Dims
		}
		return gorgonia.NewTensor(r.graph, memory.WideType(n.Dtype()), dims, options...), nil
	}
	for i, a := range args {
		args[i] = r.of[a]
	}
	op := n.Op()
	name := peek.TypeName(op)
	switch wide := ops.InFloat64(op); {
	case wide != nil:
		op = wide
	case ops.IsOurs(op) || peek.IsGorgonias(op) && holdsPrecision[name]:
		op = r.ops.Copy(op)
	case peek.IsGorgonias(op) && name == "dtConvOp":
		c, err = gorgonia.ConvType(args[0], args[0].Dtype(), memory.WideType(n.Dtype()))
		if err != nil {
			return nil, fmt.Errorf("node %v: %w", n, err)
		}
		return c, nil
	case peek.IsGorgonias(op) && (name == "elemUnaryOp" || name == "elemBinOp"):
		if op, err = r.remake(op, args); err != nil {
			return nil, err
		}
	case !peek.IsGorgonias(op) || !anyPrecision[name]:
		return nil, fmt.Errorf("the operation %v (%v) cannot be made in float64", op, reflect.TypeOf(op))
	}
	if c, err = gorgonia.ApplyOp(op, args...); err != nil {
		return nil, fmt.Errorf("node %v: %w", n, err)
	}
	if !c.Shape().Eq(n.Shape()) || c.IsScalar() != n.IsScalar() || c.Dtype() != memory.WideType(n.Dtype()) {
		return nil, fmt.Errorf("node %v becomes a %v of shape %v", n, c.Type(), c.Shape())
	}
	return c, nil
}

// anyPrecision holds the types of operations that do not know the type they
// compute in.
var anyPrecision = map[string]bool{
	"linAlgBinOp": true, "tensordotOp": true,
	"sumOp": true, "maxOp": true, "softmaxOp": true, "sparsemaxOp": true, "minBetween": true, "maxBetween": true,
	"repeatOp": true, "sizeOp": true, "sliceOp": true, "transposeOp": true, "concatOp": true,
	"reshapeOp": true, "byIndicesOp": true,
	"im2colOp": true, "maxPoolOp": true, "avgPoolOp": true, "globalAveragePoolOp": true, "upsampleOp": true,
}

// holdsPrecision holds the types of operations that become float64 when what they
// hold is copied as float64.
var holdsPrecision = map[string]bool{"BatchNormOp": true, "GroupNormOp": true, "ctcLossOp": true}

// unary and binary are the functions that make the element-wise operations.
var (
	unary = map[string]func(*gorgonia.Node) (*gorgonia.Node, error){
		"abs": gorgonia.Abs, "sign": gorgonia.Sign, "ceil": gorgonia.Ceil, "floor": gorgonia.Floor,
		"sin": gorgonia.Sin, "cos": gorgonia.Cos, "exp": gorgonia.Exp, "ln": gorgonia.Log, "log2": gorgonia.Log2,
		"neg": gorgonia.Neg, "square": gorgonia.Square, "sqrt": gorgonia.Sqrt, "inv": gorgonia.Inverse,
		"invSqrt": gorgonia.InverseSqrt, "cube": gorgonia.Cube, "tanh": gorgonia.Tanh, "sigmoid": gorgonia.Sigmoid,
		"log1p": gorgonia.Log1p, "expm1": gorgonia.Expm1, "softplus": gorgonia.Softplus,
	}
	binary = map[string]func(a, b *gorgonia.Node) (*gorgonia.Node, error){
		"+": gorgonia.Add, "-": gorgonia.Sub, "⊙": gorgonia.HadamardProd, "÷": gorgonia.HadamardDiv, "^": gorgonia.Pow,
	}
	comparison = map[string]func(a, b *gorgonia.Node, retSame bool) (*gorgonia.Node, error){
		"<": gorgonia.Lt, ">": gorgonia.Gt, "<=": gorgonia.Lte, ">=": gorgonia.Gte, "==": gorgonia.Eq, "!=": gorgonia.Ne,
	}
)

// remake makes an element-wise operation for arguments of another type. It is
// made on inputs of a scratch graph, where Gorgonia has nothing to rewrite.
func (r *widening) remake(op gorgonia.Op, args gorgonia.Nodes) (gorgonia.Op, error) {
	inputs := make(gorgonia.Nodes, len(args))
	for i, a := range args {
		inputs[i] = gorgonia.NewUniqueNode(gorgonia.WithType(a.Type()), gorgonia.In(r.scratch),
			gorgonia.WithShape(a.Shape()...), gorgonia.WithName(fmt.Sprintf("input %d", r.inputs)))
		r.inputs++
	}
	name, flag, _ := strings.Cut(op.String(), " ")
	var made *gorgonia.Node
	var err error
	switch {
	case len(args) == 1 && unary[name] != nil:
		made, err = unary[name](inputs[0])
	case len(args) == 2 && binary[name] != nil:
		made, err = binary[name](inputs[0], inputs[1])
	case len(args) == 2 && comparison[name] != nil:
		made, err = comparison[name](inputs[0], inputs[1], flag == "true")
	default:
		return nil, fmt.Errorf("the operation %v (%v) cannot be made in float64", op, reflect.TypeOf(op))
	}
	if err != nil {
		return nil, fmt.Errorf("the operation %v: %w", op, err)
	}
	if made.Op().String() != op.String() {
		return nil, fmt.Errorf("the operation %v becomes %v in float64", op, made.Op())
	}
	return made.Op(), nil
}
