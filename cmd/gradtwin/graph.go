package main

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"gradtwin"
	"gradtwin/compare/twin"
	"gradtwin/graph"
)

// graphFlags say which graph is shown, and how.
type graphFlags struct {
	layers     []int
	activation gradtwin.Activation
	delta      float64
	batch      int
	dtype      string
	program    bool
}

func (a *app) graphCommand() *cobra.Command {
	var f graphFlags
	cmd := &cobra.Command{
		Use:   "graph",
		Short: "The expression graph and its gradient, and what a step computes",
		Long: `Prints the graph in Graphviz's language DOT: boxes are inputs, dashed nodes were
added by the differentiation, bold ones are the cost and the gradients. --program
lists instead what a gradient computes, in order, and where each result's memory
comes from. The number of nodes goes to standard error.
`,
		Example: `  gradtwin graph --layers 784,3,10 > graph.dot
  gradtwin graph | dot -Tsvg > graph.svg            # drawn by Graphviz
  gradtwin graph --program                          # what a gradient computes, in order`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(f.layers) == 2 {
				if err := refuseIdle(cmd, []idleFlag{{"activation", "without a hidden layer"}}); err != nil {
					return err
				}
			}
			return a.graph(&f)
		},
	}
	d := twin.Experiment()
	s := cmd.Flags()
	s.SortFlags = false
	s.BoolVar(&f.program, "program", false, "print the list of instructions instead")
	s.IntVar(&f.batch, "batch", d.Batch, "`rows` in a batch")
	s.StringVar(&f.dtype, "dtype", dtype64, "float64 or float32")
	wantNames(s, "dtype", dtypes)
	networkFlags(s, &f.layers, &f.activation, &f.delta)
	return cmd
}

func (a *app) graph(f *graphFlags) error {
	spec := gradtwin.Spec{Layers: f.layers, Activation: f.activation, Delta: f.delta}
	if err := spec.Validate(); err != nil {
		return usageError{err}
	}
	if f.batch < 1 {
		return usagef("batch %d: want at least 1", f.batch)
	}
	if err := affordable(spec, f.batch); err != nil {
		return err
	}
	n, err := graph.New(spec, f.batch, graph.Options{Float32: f.dtype == dtype32})
	if err != nil {
		return err
	}
	forward, backward := n.Nodes()
	fmt.Fprintf(a.stderr, "%d nodes: %d forward, %d added by the differentiation; a gradient computes %d of them, a loss "+
		"%d\n",
		forward+backward, forward, backward, len(n.Program(true)), len(n.Program(false)))
	if f.program {
		a.printProgram(n.Program(true))
		return nil
	}
	text, err := n.Dot()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "%s\n", text)
	return err
}

func (a *app) printProgram(program []graph.Instruction) {
	t := a.table("memory", "", "shape")
	t.AppendHeader(table.Row{"", "result", "operation", "of", "shape", "memory", "is"})
	for k, i := range program {
		is := i.Output
		if is != "" && is != "cost" {
			is = "gradient of " + is
		}
		t.AppendRow(table.Row{k + 1, fmt.Sprintf("n%d", i.Node), i.Op, strings.Join(i.From, ", "), i.Shape, i.Memory, is})
	}
	t.print()
}
