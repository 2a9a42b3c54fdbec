package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gradtwin/graph/audit"
	"gradtwin/internal/words"
)

// auditFlags say what of the audit is printed, and how.
type auditFlags struct {
	only     string
	failures bool
	asJSON   bool
	markdown string
	worker   bool
	programs string
	baseline string
	fuzz     bool
	seed     uint64
}

func (a *app) auditCommand() *cobra.Command {
	var f auditFlags
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Every differentiable operation of Gorgonia against central differences",
		Long: `Runs every operation of Gorgonia's that can have a gradient, in many shapes, on
the tape machine and on the Lisp machine, and sets value and gradient against
plain Go and central differences. A row's verdict is the worst of: its inputs
being leaves, inner nodes, used twice, and in float32.

With --fuzz it also draws shapes and settings of every operation at random. For
each operation and kind of failure it prints how many fail, a condition under
which they do where a simple one separates them from what is right, the smallest
case that fails, and the known faults.

The exit code is 0 whatever is found: the faults are Gorgonia's. With --baseline
it is 3 when something is worse than in an earlier audit, as for a fork.`,
		Example: `  gradtwin audit --only SoftMax             # one operation, all its variants
  gradtwin audit --failures                 # only what is not right, with numbers
  gradtwin audit --json > before.jsonl      # keep an audit, and later
  gradtwin audit --baseline before.jsonl    # compare with it: a fork, a new version`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.worker {
				return audit.Work(os.Stdin, a.stdout)
			}
			if !f.fuzz {
				if err := refuseIdle(cmd, []idleFlag{{"seed", "without --fuzz"}}); err != nil {
					return err
				}
			}
			return a.audit(cmd.Context(), &f)
		},
	}
	s := cmd.Flags()
	s.SortFlags = false
	s.StringVar(&f.only, "only", "", "operations whose name contains this `text`, as in SoftMax")
	s.BoolVar(&f.failures, "failures", false, "only what is not right, with the numbers that show it")
	s.StringVar(&f.markdown, "markdown", "", "write the pages audit.md and audit-tables.md into this `DIR`")
	s.BoolVar(&f.asJSON, "json", false, "print JSON Lines: one object per row")
	s.StringVar(&f.programs, "programs", "", "also write a minimal program for each failure into this `DIR`")
	s.StringVar(&f.baseline, "baseline", "", "compare with an earlier audit, a `FILE` that --json has printed, and exit "+
		"with code 3 when something is worse")
	s.BoolVar(&f.fuzz, "fuzz", false, "also draw shapes and settings of every operation, and say when they fail")
	s.Uint64Var(&f.seed, "seed", 1, "`seed` of the shapes of --fuzz")
	s.BoolVar(&f.worker, "worker", false, "")
	if err := s.MarkHidden("worker"); err != nil {
		panic("gradtwin: " + err.Error()) // no such flag
	}
	return cmd
}

// auditWorker starts this program again as a worker.
func auditWorker() (func(context.Context) *exec.Cmd, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) *exec.Cmd {
		cmd := exec.CommandContext(ctx, path, "audit", "--worker")
		cmd.Args[0] = os.Args[0]
		return cmd
	}, nil
}

func (a *app) audit(ctx context.Context, f *auditFlags) error {
	if f.markdown != "" && (f.asJSON || f.failures || f.baseline != "" || f.fuzz) {
		return usagef("--markdown writes files and prints nothing: want it without --json, --failures, --baseline and --fuzz")
	}
	log.SetOutput(io.Discard) // GroupNorm's derivative in Gorgonia logs
	worker, err := auditWorker()
	if err != nil {
		return err
	}
	matches := func(op string) bool { return strings.Contains(strings.ToLower(op), strings.ToLower(f.only)) }
	only := func(r audit.Row) bool { return matches(r.Op) }
	before, err := readBaseline(f.baseline)
	if err != nil {
		return err
	}
	rows, err := audit.Run(ctx, worker, only)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return usagef("no operation's name contains %q", f.only)
	}
	built := versions()
	v := audit.Versions{Gorgonia: built["gorgonia.org/gorgonia"], Tensor: built["gorgonia.org/tensor"],
		Go: runtime.Version()}
	if f.programs != "" {
		if err := writePrograms(f.programs, rows); err != nil {
			return err
		}
	}
	if f.markdown != "" {
		return writePages(f.markdown, rows, v)
	}
	all := rows
	if f.failures {
		rows = slices.DeleteFunc(slices.Clone(rows), func(r audit.Row) bool { return !r.Fails() })
	}
	if f.asJSON {
		if err := a.line(auditLine{"config", "audit", versions()}); err != nil {
			return err
		}
		for _, r := range rows {
			if err := a.line(r); err != nil {
				return err
			}
		}
	} else {
		a.printAudit(rows, f.failures)
		all := audit.OfType(all, audit.TypeOperation)
		tape, lisp := audit.Counts(all)
		fmt.Fprintln(a.stdout)
		a.say("Gorgonia %s, tensor %s: %s variants; on the tape machine %s are right, on the Lisp machine %s",
			v.Gorgonia, v.Tensor, words.Int(len(all)), words.Int(tape[audit.Right]), words.Int(lisp[audit.Right]))
	}
	if f.fuzz {
		rows, conditions, err := audit.Fuzz(ctx, worker, f.seed, matches)
		if err == nil {
			err = a.printFuzz(rows, conditions, f.seed, f.asJSON)
		}
		if err != nil {
			return err
		}
	}
	if before == nil {
		return nil
	}
	before = slices.DeleteFunc(before, func(r audit.Row) bool { return !only(r) })
	return a.printWorse(audit.Compare(before, all), f.baseline, f.asJSON)
}

// auditLine is the first line of the audit's JSON: what ran.
type auditLine struct {
	Type     string            `json:"type"` // config
	Command  string            `json:"command"`
	Versions map[string]string `json:"versions"`
}
