package audit

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin"
	"gradtwin/compare"
	"gradtwin/graph"
)

// Some derivatives of Gorgonia's print.
func init() { log.SetOutput(io.Discard) }

// planted is a graph of five operations of which the third is a case's.
type planted struct {
	cost        *gorgonia.Node
	leaves      gorgonia.Nodes
	first, last int64 // the nodes that the case made
}

// plant computes the case's inputs exactly, as −(u·2), and makes a cost of what
// it gives: Σ w·y, −w·y of a scalar, or y itself where plain is set.
func (c *testCase) plant(dtype tensor.Dtype, draw int, plain bool) (p planted, err error) {
	defer recovered(&err)
	g := gorgonia.NewGraph()
	var inputs gorgonia.Nodes
	for k := range c.In {
		in, a := &c.In[k], c.In[k].array(k, draw)
		if in.fixed() {
			inputs = append(inputs, in.node(g, a, dtype))
			continue
		}
		half, two := halves(each(func(x float64) float64 { return -x })([]array{a}))
		u := leaf(g, "u"+in.Name, half, dtype)
		n, err := gorgonia.HadamardProd(u, leaf(g, "v"+in.Name, two, dtype))
		if err != nil {
			return p, err
		}
		if n, err = gorgonia.Neg(n); err != nil {
			return p, err
		}
		p.leaves, inputs = append(p.leaves, u), append(inputs, n)
	}
	p.first = int64(len(g.AllNodes()))
	if p.cost, err = c.Build(inputs); err != nil {
		return p, err
	}
	p.last = p.cost.ID()
	if plain {
		return p, nil
	}
	scalar := p.cost.IsScalar()
	if p.cost, err = closing(p.cost, "w", weightOf, false); err == nil && scalar {
		p.cost, err = gorgonia.Neg(p.cost)
	}
	return p, err
}

// checkPlanted plants the case and checks the graph. What cannot be multiplied by
// a scalar is the cost itself.
func (c *testCase) checkPlanted(t *testing.T, dtype tensor.Dtype, draw int) (p planted, report *compare.Report, err error) {
	for _, plain := range []bool{false, true} {
		q, failed := c.plant(dtype, draw, plain)
		if failed == nil {
			report, failed = q.check(t, c)
		}
		if !plain || failed == nil {
			p, err = q, failed
		}
		if err == nil {
			break
		}
	}
	return p, report, err
}

func (p planted) check(t *testing.T, c *testCase) (*compare.Report, error) {
	if c.Eval {
		gorgonia.NewTapeMachine(p.cost.Graph(), gorgonia.EvalMode()) // which switches all operations
	}
	w, err := graph.Wrap(p.cost, p.leaves...)
	if err != nil {
		return nil, err
	}
	return compare.Check(t.Context(), w, compare.Options{})
}

// numbered matches the number of a node in a text.
var numbered = regexp.MustCompile(`%([0-9a-f]+) `)

// has reports whether a text names a node that the case made.
func (p planted) has(text string) bool {
	return slices.ContainsFunc(numbered.FindAllStringSubmatch(text, -1), func(m []string) bool {
		id, err := strconv.ParseInt(m[1], 16, 64)
		return err == nil && p.first <= id && id <= p.last
	})
}

// Every operation whose gradient the audit finds wrong is named where it is the
// third of five, and no other one is ever named. Of those that are right none is
// called wrong. Where GRADTWIN_LONG is set these are all of them and in both
// precisions; else each in one of the two in turn, and of the right ones every eighth.
func TestPlanted(t *testing.T) {
	rows, cases := differentiable(t)
	t.Parallel()
	long := os.Getenv("GRADTWIN_LONG") != ""
	share := 8
	if long {
		share = 1
	}
	checked := 0
	wrong, named, right, slowest := 0, 0, 0, 0.0
	for n, r := range rows {
		c := cases[r.Name()]
		worst := r.Outcomes[tapeLeaf]
		if inner := r.Outcomes[tapeInner]; inner.Verdict > worst.Verdict {
			worst = inner
		}
		verdict := worst.Verdict
		if r.Tape() == Panicked || verdict == Right && n%share != 0 {
			continue
		}
		checked++
		for k, dtype := range []tensor.Dtype{tensor.Float64, tensor.Float32} {
			if c.Single && dtype == tensor.Float64 || !c.Single && !long && k != checked%2 {
				continue
			}
			p, report, err := c.checkPlanted(t, dtype, worst.Draw)
			name := fmt.Sprint(c.Name(), ", ", dtype)
			hit := err != nil && p.has(err.Error())
			if report != nil {
				slowest = max(slowest, report.Seconds)
				// What is overwritten is no one operation's fault, and no cut shows it: the
				// fault names the node.
				hit = report.Culprit != nil ||
					report.Wrong() && slices.ContainsFunc(report.Faults, func(f gradtwin.Fault) bool { return p.has(f.Node) })
				for _, op := range culprits(report) {
					if !p.has(op) {
						t.Errorf("%s: the culprit is %s: want a node from %x to %x\n%v", name, op, p.first, p.last, report)
					}
				}
			}
			empty := (*compare.EmptyError)(nil)
			switch verdict {
			case WrongGradient, Zero:
				if wrong++; hit {
					named++
				} else {
					t.Logf("%s: no culprit: %v, %v", name, err, report)
				}
			case Right:
				switch {
				case errors.As(err, &empty):
				case err != nil:
					t.Errorf("%s: %v", name, err)
				case report.OK():
					right++
				case len(report.Faults) == 0:
					t.Errorf("%s is right: %v", name, report)
				}
			}
		}
	}
	t.Logf("%d of %d wrong ones named, %d right ones, the slowest check %.2f s", named, wrong, right, slowest)
	if wrong < 50 || named*100 < 95*wrong {
		t.Errorf("%d of %d wrong ones named: want at least 50, and 95 %% of them", named, wrong)
	}
}

// culprits returns the operations that a report names.
func culprits(r *compare.Report) []string {
	if r.Culprit == nil {
		return nil
	}
	return r.Culprit.Operations
}
