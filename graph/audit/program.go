package audit

import (
	_ "embed" // of the template
	"fmt"
	"go/format"
	"slices"
	"strings"
	"text/template"

	"gorgonia.org/gorgonia"
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
		c := cases[r.Name()]
		if c == nil {
			continue // a hazard: hazards.go is its program
		}
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
	d := programData{
		Marker: Marker, Case: c, Outcome: o, Lisp: cell.lisp(), Forward: cell == Forward,
		Code: c.Code, Dtype: "Float64", Shown: strings.Replace(o.Element, "Σw·y", "cost", 1), Got: o.Got, Want: o.Want,
	}
	if cell.dtype() != Forward.dtype() {
		d.Dtype = "Float32"
		d.Code = strings.ReplaceAll(strings.ReplaceAll(c.Code, "float64", "float32"),
			"NewConstant(1.0)", "NewConstant(float32(1))")
	}
	if !d.Lisp {
		for _, k := range c.known() {
			d.Notes = append(d.Notes, k.Problem+".")
			if k.Instead != "" {
				d.Notes = append(d.Notes, "Instead: "+k.Instead+".")
			}
		}
	}
	f := &scalarOf{c: c, in: c.arrays(o.Draw), cell: cell, plain: o.Plain}
	for k := range c.In {
		d.add(c.In[k], f.in[k], cell)
	}
	if o.Verdict == WrongGradient || o.Verdict == Zero {
		for i := range f.Layout().Len() {
			if f.Layout().Element(i) != o.Element {
				continue
			}
			text, err := f.arithmetic(i)
			if err != nil {
				return "", err
			}
			d.Notes = append(d.Notes, text)
			if cell.inner() {
				d.Got, d.Want, d.Shown = 2*d.Got, 2*d.Want, "u"+d.Shown
			}
		}
	}
	if !d.Forward && !o.Plain {
		d.Weight = &programLeaf{"w", d.Dtype, weights(weightOf, c.shape(f.in, cell))}
	}
	var b strings.Builder
	if err := programTemplate.Execute(&b, &d); err != nil {
		return "", err
	}
	formatted, err := format.Source([]byte(b.String()))
	return string(formatted), err
}

// programData is what the template of a program is filled with.
type programData struct {
	Marker        string
	Case          *Case
	Outcome       *Outcome
	Lisp, Forward bool
	Notes         []string
	Code, Dtype   string
	Inputs        []programInput
	Weight        *programLeaf // of the result; nil where it is the cost itself
	Shown         string       // the element whose two numbers are printed
	Got, Want     float64
}

// programInput is an input of the operation: a leaf, or the product of two.
type programInput struct {
	Name     string
	Leaves   []programLeaf
	More     *programLeaf // the weight of its second use
	Fixed    bool
	Constant bool
}

// programLeaf is a leaf of the graph.
type programLeaf struct {
	Name, Dtype string
	Array       Array
}

func (d *programData) add(n Input, a Array, cell Cell) {
	p := programInput{Name: n.Name, Fixed: n.fixed(), Constant: n.Constant}
	dtype := exported(n.dtype(cell.dtype()))
	switch {
	case cell.inner() && !n.fixed():
		half, two := newArray(n.Shape...), newArray(n.Shape...)
		for i, v := range a.Data {
			half.Data[i], two.Data[i] = v/2, 2
		}
		p.Leaves = []programLeaf{{"u" + n.Name, dtype, half}, {"v" + n.Name, dtype, two}}
	default:
		p.Leaves = []programLeaf{{n.Name, dtype, a}}
	}
	if cell.twice() && !p.Fixed {
		k := len(d.Leaves())
		p.More = &programLeaf{fmt.Sprint("w", k+1), d.Dtype, weights(secondUse+k, n.Shape)}
	}
	d.Inputs = append(d.Inputs, p)
}

// Leaves returns the names of the leaves that have a gradient.
func (d *programData) Leaves() (names []string) {
	for _, in := range d.Inputs {
		if !in.Fixed {
			names = append(names, in.Leaves[0].Name)
		}
	}
	return names
}

// Imports returns the packages that the program uses.
func (d *programData) Imports() []string {
	paths := []string{"fmt"}
	if d.WritesFile() {
		paths = append(paths, "os")
	}
	paths = append(paths, "gorgonia.org/gorgonia")
	leaves := []*programLeaf{d.Weight}
	for _, in := range d.Inputs {
		for k := range in.Leaves {
			leaves = append(leaves, &in.Leaves[k])
		}
	}
	if d.Forward {
		leaves = leaves[1:]
	}
	if strings.Contains(d.Code, "tensor.") ||
		slices.ContainsFunc(leaves, func(l *programLeaf) bool { return l != nil && len(l.Array.Shape) > 0 }) {
		paths = append(paths, "gorgonia.org/tensor")
	}
	return paths
}

// WritesFile reports whether the program may write err.dot, as the Lisp machine
// does when it fails.
func (d *programData) WritesFile() bool { return d.Lisp && d.Outcome.Verdict == Failed }

// Value returns the leaf's value in Go.
func (l programLeaf) Value() string { return literal(l.Array, l.Dtype) }

// Rank returns the number of dimensions.
func (l programLeaf) Rank() int { return len(l.Array.Shape) }

// Shape returns the sizes, separated by commas.
func (l programLeaf) Shape() string { return list(l.Array.Shape) }

//go:embed program.tmpl
var programText string

var programTemplate = template.Must(template.New("program").Funcs(template.FuncMap{
	"comment": func(s string) string { return strings.ReplaceAll(s, "\n", "\n// ") },
	"join":    func(s []string) string { return strings.Join(s, ", ") },
	"number":  func(x float64) string { return fmt.Sprintf("%.6g", x) },
}).Parse(programText))

// shape is that of the result as the graph has it, and a scalar's where it
// cannot be built.
func (c *Case) shape(in []Array, cell Cell) (shape []int) {
	var err error
	defer recovered(&err)
	if b, err := c.build(gorgonia.NewGraph(), in, cell); err == nil {
		shape = b.result.Shape()
	}
	return shape
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
	return fmt.Sprintf("By hand, with %s and the cost below:\ncost(%s = %.6g) = %.12f\ncost(%s = %.6g) = %.12f\n"+
		"so the derivative is their difference over %.6g, %.6f.",
		by, name, x+h, fp, name, x-h, fm, 2*h, (fp-fm)/(2*h)), nil
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
