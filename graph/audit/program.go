package audit

import (
	"fmt"
	"go/format"
	"path"
	"slices"
	"strings"
)

// Marker is in every generated program.
const Marker = "// Made by gradtwin audit --programs; do not edit."

// Program is a minimal Go program that shows one failure with Gorgonia alone.
type Program struct {
	Name string // a folder's name, as in log2-wrong-gradient
	Text string
}

// Programs writes one program for every operation and verdict that fails on
// the tape machine, and one for every operation that fails on the Lisp machine
// alone: of all variants the one with the fewest elements.
func Programs(rows []Row) ([]Program, error) {
	cases := map[string]*Case{}
	for _, c := range Catalogue() {
		cases[c.Name()] = &c
	}
	type failure struct {
		c *Case
		o *Outcome
	}
	smallest := map[string]failure{}
	note := func(name string, c *Case, o *Outcome) {
		if old, ok := smallest[name]; !ok || c.elements() < old.c.elements() {
			smallest[name] = failure{c, o}
		}
	}
	for _, r := range rows {
		c := cases[r.Op+" ("+r.Variant+")"]
		if o := r.Example(Forward, LispLeaf); o != nil {
			note(slug(r.Op)+"-"+slug(o.Verdict.String()), c, o)
		} else if o := r.Example(LispLeaf, cells); o != nil {
			note("lisp-"+slug(r.Op), c, o)
		}
	}
	var programs []Program
	for name, f := range smallest {
		text, err := f.c.program(f.o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		programs = append(programs, Program{name, text})
	}
	slices.SortFunc(programs, func(a, b Program) int { return strings.Compare(a.Name, b.Name) })
	return programs, nil
}

func (c *Case) elements() int {
	n := 0
	for _, in := range c.In {
		n += size(in.Shape)
	}
	return n
}

// slug makes a folder's name of a text.
func slug(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '-'
	}, s)
	return strings.Trim(strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '-' }), "-"), "-")
}

// program writes the program that shows the outcome of a cell.
func (c *Case) program(o *Outcome) (string, error) {
	cell := Cell(slices.Index(cellNames[:], o.Cell))
	machine := "the tape machine"
	if cell.lisp() {
		machine = "the Lisp machine"
	}
	in := c.arrays(o.Draw)
	var b strings.Builder
	fmt.Fprintf(&b, "//go:build ignore\n\n%s\n\n// %s on %s: %s.\n", Marker, c.Name(), machine, o.Verdict)
	if why := reasons[c.Op]; why != "" && !cell.lisp() {
		fmt.Fprintf(&b, "//\n// %s\n", strings.ReplaceAll(why, "\n", "\n// "))
	}
	f := &scalarOf{c: c, in: in, cell: cell, plain: o.Plain}
	layout, at := f.Layout(), -1
	if o.Verdict == WrongGradient || o.Verdict == Zero {
		for i := range layout.Len() {
			if layout.Element(i) == o.Element {
				at = i
			}
		}
	}
	if at >= 0 {
		text, err := f.arithmetic(at)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "//\n// %s\n", strings.ReplaceAll(text, "\n", "\n// "))
	}
	b.WriteString("package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\n\t\"gorgonia.org/gorgonia\"\n\t\"gorgonia.org/tensor\"\n)\n\n")
	b.WriteString("func main() {\n")
	if cell.lisp() && o.Verdict == Failed {
		b.WriteString("\t// The Lisp machine may write err.dot into the working directory.\n\tif err := os.Chdir(os.TempDir()); err != nil {\n\t\tpanic(err)\n\t}\n\tdefer os.Remove(\"err.dot\")\n")
	}
	b.WriteString("\tg := gorgonia.NewGraph()\n")
	double := true
	dtype := "Float64"
	if cell.dtype() != Forward.dtype() {
		double, dtype = false, "Float32"
	}
	leaf := func(name string, a Array, kind string) {
		fmt.Fprintf(&b, "\t%s := gorgonia.NewTensor(g, tensor.%s, %d, gorgonia.WithShape(%s), gorgonia.WithName(%q),\n\t\tgorgonia.WithValue(%s))\n",
			name, kind, len(a.Shape), list(a.Shape), name, literal(a, kind))
	}
	var leaves []string
	for k, n := range c.In {
		kind := exported(n.dtype(cell.dtype()))
		switch {
		case n.Constant:
			fmt.Fprintf(&b, "\t%s := gorgonia.NewConstant(%s, gorgonia.WithName(%q))\n", n.Name, literal(in[k], kind), n.Name)
		case cell.inner() && !n.fixed():
			half, two := newArray(n.Shape...), newArray(n.Shape...)
			for i, v := range in[k].Data {
				half.Data[i], two.Data[i] = v/2, 2
			}
			leaf("u"+n.Name, half, kind)
			leaf("v"+n.Name, two, kind)
			fmt.Fprintf(&b, "\t%s := gorgonia.Must(gorgonia.HadamardProd(u%s, v%s))\n", n.Name, n.Name, n.Name)
			leaves = append(leaves, "u"+n.Name)
		default:
			leaf(n.Name, in[k], kind)
			if !n.fixed() {
				leaves = append(leaves, n.Name)
			}
		}
	}
	code := c.Code
	if !double {
		code = strings.ReplaceAll(strings.ReplaceAll(code, "float64", "float32"), "NewConstant(1.0)", "NewConstant(float32(1))")
	}
	fmt.Fprintf(&b, "\ty := gorgonia.Must(%s)\n", code)
	options := ""
	if c.Eval {
		options = ", gorgonia.EvalMode()"
	}
	run := "\tif err := vm.RunAll(); err != nil {\n\t\tfmt.Println(\"error:\", err)\n\t\treturn\n\t}\n"
	if cell == Forward {
		fmt.Fprintf(&b, "\tvm := gorgonia.NewTapeMachine(g%s)\n%s\tfmt.Println(\"value:\", y.Value())\n", options, run)
		if o.Element != "" {
			fmt.Fprintf(&b, "\tfmt.Println(\"%s is %.6g, right is %.6g\")\n", o.Element, o.Got, o.Want)
		} else if o.Note != "" {
			fmt.Fprintf(&b, "\tfmt.Println(%q)\n", "the audit: "+o.String())
		}
	} else {
		shape := f.resultShape()
		if shape == nil && o.Verdict != Failed && o.Verdict != Panicked {
			return "", fmt.Errorf("no shape of the result")
		}
		closing := func(cost, y, name string, w Array) {
			leaf(name, w, dtype)
			fmt.Fprintf(&b, "\t%s := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(%s, %s))))\n", cost, y, name)
		}
		if o.Plain {
			b.WriteString("\tcost := y\n")
		} else {
			closing("cost", "y", "w", weights(weightOf, *shape))
		}
		if cell.twice() {
			k := 0
			for _, n := range c.In {
				if n.fixed() {
					continue
				}
				closing(fmt.Sprint("more", k+1), n.Name, fmt.Sprint("w", k+1), weights(secondUse+k, n.Shape))
				fmt.Fprintf(&b, "\tcost = gorgonia.Must(gorgonia.Add(cost, more%d))\n", k+1)
				k++
			}
		}
		value := func(name string, k int) string { return fmt.Sprintf("grads[%d].Value()", k) }
		if cell.lisp() {
			fmt.Fprintf(&b, "\tvm := gorgonia.NewLispMachine(g%s)\n%s", options, run)
			value = func(name string, k int) string { return "gradient(" + name + ")" }
		} else {
			fmt.Fprintf(&b, "\tgrads, err := gorgonia.Grad(cost, %s)\n\tif err != nil {\n\t\tfmt.Println(\"error:\", err)\n\t\treturn\n\t}\n", strings.Join(leaves, ", "))
			fmt.Fprintf(&b, "\tvm := gorgonia.NewTapeMachine(g%s)\n%s", options, run)
		}
		b.WriteString("\tfmt.Println(\"cost:\", cost.Value())\n")
		for k, n := range leaves {
			fmt.Fprintf(&b, "\tfmt.Println(\"gradient of %s:\", %s)\n", n, value(n, k))
		}
		twice := ""
		got, want := o.Got, o.Want
		if cell.inner() && at >= 0 {
			got, want, twice = 2*got, 2*want, "u"
		}
		if o.Element != "" {
			name := strings.Replace(o.Element, "Σw·y", "cost", 1)
			fmt.Fprintf(&b, "\tfmt.Println(\"%s%s is %.6g, right is %.6g\")\n", twice, name, got, want)
		}
	}
	b.WriteString("}\n")
	if cell.lisp() {
		b.WriteString("\nfunc gradient(n *gorgonia.Node) gorgonia.Value {\n\tv, err := n.Grad()\n\tif err != nil {\n\t\tfmt.Println(\"error:\", err)\n\t}\n\treturn v\n}\n")
	}
	text := b.String()
	for _, unused := range []string{"os", "gorgonia.org/tensor"} {
		if !strings.Contains(strings.SplitN(text, "func main", 2)[1], path.Base(unused)+".") {
			text = strings.Replace(text, fmt.Sprintf("\t%q\n", unused), "", 1)
		}
	}
	formatted, err := format.Source([]byte(text))
	return string(formatted), err
}

// resultShape is the shape that Σ w·y gives its weights.
func (f *scalarOf) resultShape() *[]int {
	if y, err := f.c.forward(f.in, Forward); err == nil {
		return &y.Shape
	}
	if f.c.Ref != nil {
		y := f.c.Ref(f.in)
		return &y.Shape
	}
	return &[]int{}
}

// arithmetic writes out the central difference at element i.
func (f *scalarOf) arithmetic(i int) (string, error) {
	const h = 1e-4 // the numbers are for reading: seven digits of the derivative
	x := f.At(i)
	defer f.Set(i, x)
	f.Set(i, x+h)
	fp, err := f.Loss()
	if err != nil {
		return "", err
	}
	f.Set(i, x-h)
	fm, err := f.Loss()
	if err != nil {
		return "", err
	}
	name := f.Layout().Element(i)
	by := "y from plain Go"
	if f.c.Ref == nil {
		by = "y from Gorgonia's own forward pass"
	}
	return fmt.Sprintf("By hand, with %s and the cost below:\ncost(%s = %.6g) = %.12f\ncost(%s = %.6g) = %.12f\nso the derivative is their difference over %.6g, %.6f.", by, name, x+h, fp, name, x-h, fm, 2*h, (fp-fm)/(2*h)), nil
}

// literal writes an array as a Gorgonia value.
func literal(a Array, kind string) string {
	if len(a.Shape) == 0 {
		return fmt.Sprintf("%s(%v)", strings.ToLower(kind), a.Data[0])
	}
	text := strings.Replace(floats(a.Data), "float64", strings.ToLower(kind), 1)
	return fmt.Sprintf("tensor.New(tensor.WithShape(%s), tensor.WithBacking(%s))", list(a.Shape), text)
}

// floats writes numbers as a slice.
func floats(x []float64) string {
	return "[]float64{" + strings.ReplaceAll(strings.Trim(fmt.Sprint(x), "[]"), " ", ", ") + "}"
}

// reasons say of the tape machine's failures what arithmetic says, and what
// Gorgonia's code does instead where that is plain to see.
var reasons = map[string]string{
	"Log2":                "The derivative of log₂x is 1/(x·ln 2); Gorgonia's is ln 2/x.",
	"InverseSqrt":         "The derivative of 1/√x is -1/(2·x·√x).",
	"LogSumExp":           "log Σ exp(x) is m + log Σ exp(x-m) with m the maximum; Gorgonia adds m inside the logarithm.",
	"AveragePool2D":       "An average divides by the kernel's size; Gorgonia divides by the image's width,\nand its gradient goes to the last element under the kernel alone.",
	"AveragePool1D":       "AveragePool1D calls MaxPool2D: the values are maxima.",
	"GlobalAveragePool2D": "The gradient is 1/(H·W) for every element; building it panics.",
	"Norm":                "The p-norm is (Σ|x|ᵖ)^(1/p); Gorgonia leaves the absolute value out.",
	"SoftMax":             "Without an axis the value is that along axis 0 and the gradient that of another axis.",
	"LogSoftMax":          "Without an axis the value is that along axis 0 and the gradient that of another axis.",
	"OuterProd":           "The gradient of a⊗b with respect to b is Gᵀa, with G the gradient of the result.",
	"CTCLoss":             "The loss is a tensor of no dimensions, which cannot be multiplied by a scalar. As the cost\nitself it runs, and its gradient holds for the outcome of a LogSoftMax alone.",
	"At":                  "At takes one element; Gorgonia's node is never computed.",
	"MaxPool2D":           "With four numbers of padding the window begins at the padding of the far side.",
	"Sparsemax":           "Sparsemax projects each row onto the simplex (Martins & Astudillo 2016).",
}
