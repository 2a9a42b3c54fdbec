package audit

import (
	_ "embed" // of the template
	"fmt"
	"go/format"
	"maps"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Marker is in every generated program.
const Marker = "// Made by gradtwin audit --programs; do not edit."

// Program is a short Go program that shows one failure and imports only Gorgonia.
type Program struct {
	Name string // of its folder, as log2-wrong-gradient
	Text string
}

// failing is a case with an outcome that fails.
type failing struct {
	*testCase
	outcome *Outcome
}

// Programs returns one program for each operation and verdict that fails on the tape
// machine, and one for each operation that fails only on the Lisp machine. It shows
// the variant with the fewest elements.
func Programs(rows []Row) ([]Program, error) {
	cases, smallest := named(), map[string]failing{}
	for _, r := range OfType(rows, TypeOperation) {
		c, o := cases[r.Name()], r.Shown()
		if o == nil {
			continue
		}
		name := slug(r.Op + "-" + o.Verdict.String())
		if !r.Tape().Failure() {
			name = slug("lisp-" + r.Op)
		}
		if old, ok := smallest[name]; !ok || c.elements() < old.elements() {
			smallest[name] = failing{c, o}
		}
	}
	var programs []Program
	for _, name := range slices.Sorted(maps.Keys(smallest)) {
		text, err := smallest[name].program()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		programs = append(programs, Program{name, text})
	}
	return programs, nil
}

var notSlug = regexp.MustCompile(`[^a-z0-9]+`)

// slug returns a text as a folder's name.
func slug(s string) string {
	return strings.Trim(notSlug.ReplaceAllString(strings.ToLower(s), "-"), "-")
}

//go:embed program.tmpl
var programText string

var programTemplate = template.Must(template.New("program").Funcs(template.FuncMap{
	"comment": func(s string) string { return strings.ReplaceAll(s, "\n", "\n// ") },
	"join":    func(s []string) string { return strings.Join(s, ", ") },
	"number":  func(x float64) string { return fmt.Sprintf("%.6g", x) },
}).Parse(programText))

// programData is the data of the template of a program.
type programData struct {
	Marker        string
	Case          *testCase
	Outcome       *Outcome
	Lisp, Forward bool
	WritesFile    bool // err.dot, as the Lisp machine does when it fails
	Notes         []string
	Inputs        []string // statements that make the operation's inputs
	Leaves        []string // the names of those that have a gradient
	Code          string
	Cost          []string // statements that make the cost of the result y
	Shown         string   // the element whose two numbers are printed
	Got, Want     float64
}

// program returns the program that shows the outcome.
func (f failing) program() (string, error) {
	c, o := f.testCase, f.outcome
	of := cell(slices.Index(cellNames[:], o.Cell))
	d := programData{
		Marker: Marker, Case: c, Outcome: o, Lisp: of.lisp(), Forward: of == forward,
		WritesFile: of.lisp() && o.Verdict == Failed,
		Code:       c.Code, Shown: strings.Replace(o.Element, "Σw·y", "cost", 1), Got: o.Got, Want: o.Want,
	}
	if of.single() {
		d.Code = strings.ReplaceAll(c.Code, "float64", "float32")
	}
	if !d.Lisp {
		for _, k := range c.known() {
			d.Notes = append(d.Notes, k.Problem+".")
			if k.Instead != "" {
				d.Notes = append(d.Notes, "Instead: "+k.Instead+".")
			}
		}
	}
	scalar := newScalarOf(c, c.arrays(o.Draw), of, way{plain: o.Plain})
	d.add(c, of, scalar.in)
	for i := range scalar.x {
		if o.Verdict == WrongValue || scalar.layout.Element(i) != o.Element {
			continue
		}
		text, err := scalar.arithmetic(i)
		if err != nil {
			return "", err
		}
		d.Notes = append(d.Notes, text)
		if of.inner() {
			d.Got, d.Want, d.Shown = 2*d.Got, 2*d.Want, "u"+d.Shown
		}
	}
	var b strings.Builder
	if err := programTemplate.Execute(&b, &d); err != nil {
		return "", err
	}
	text := b.String()
	if _, code, _ := strings.Cut(text, "package main"); !strings.Contains(code, "tensor.") {
		text = strings.Replace(text, "\t\"gorgonia.org/tensor\"\n", "", 1)
	}
	formatted, err := format.Source([]byte(text))
	return string(formatted), err
}

// add sets Inputs, Leaves and Cost. in has the values of the inputs.
func (d *programData) add(c *testCase, of cell, in []array) {
	d.Cost = []string{"cost := y"}
	if !d.Outcome.Plain {
		d.Cost = []string{leafCode("w", of.dtype(), weights(weightOf, c.shape(in, of))),
			"cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(y, w))))"}
	}
	for k, n := range c.In {
		dtype, name := n.dtype(of.dtype()), n.Name
		if n.Constant {
			d.Inputs = append(d.Inputs, fmt.Sprintf("%s := gorgonia.NewConstant(%s, gorgonia.WithName(%q))",
				name, valueCode(in[k], dtype), name))
			continue
		}
		if n.fixed() || !of.inner() {
			d.Inputs = append(d.Inputs, leafCode(name, dtype, in[k]))
		} else {
			half, two := halves(in[k])
			d.Inputs = append(d.Inputs, leafCode("u"+name, dtype, half), leafCode("v"+name, dtype, two),
				fmt.Sprintf("%s := gorgonia.Must(gorgonia.HadamardProd(u%s, v%s))", name, name, name))
			name = "u" + name
		}
		if n.fixed() {
			continue
		}
		if at := len(d.Leaves); of.twice() {
			w := fmt.Sprint("w", at+1)
			d.Cost = append(d.Cost, leafCode(w, of.dtype(), weights(secondUse+at, n.Shape)),
				fmt.Sprintf("cost = gorgonia.Must(gorgonia.Add(cost, "+
					"gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(%s, %s))))))", name, w))
		}
		d.Leaves = append(d.Leaves, name)
	}
}

// shape returns the result's shape in the graph, and a scalar's where it cannot be
// built.
func (c *testCase) shape(in []array, of cell) (shape []int) {
	_ = try(func() error {
		b, err := c.build(gorgonia.NewGraph(), in, of)
		if err == nil {
			shape = b.result.Shape()
		}
		return err
	})
	return shape
}

// leafCode returns the statement that makes a leaf of a graph g.
func leafCode(name string, dtype tensor.Dtype, a array) string {
	return fmt.Sprintf("%s := gorgonia.NewTensor(g, gorgonia.%s, %d, gorgonia.WithShape(%s), gorgonia.WithName(%q),\n"+
		"\t\tgorgonia.WithValue(%s))", name, exported(dtype), len(a.Shape), list(a.Shape), name, valueCode(a, dtype))
}

// valueCode returns an array as a Gorgonia value in Go.
func valueCode(a array, dtype tensor.Dtype) string {
	of := strings.ToLower(exported(dtype))
	if len(a.Shape) == 0 {
		return fmt.Sprintf("%s(%v)", of, a.Data[0])
	}
	return fmt.Sprintf("tensor.New(tensor.WithShape(%s), tensor.WithBacking([]%s{%s}))", list(a.Shape), of, list(a.Data))
}
