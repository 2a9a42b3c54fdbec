package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/moby/sys/atomicwriter"
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

With --fuzz it also draws shapes and settings of every operation at random, and
states the conditions under which an operation fails.

The exit code is 0 whatever is found: the faults are Gorgonia's. With --baseline
it is 3 when something is worse than in an earlier audit, as for a fork.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.worker {
				return audit.Work(os.Stdin, a.stdout)
			}
			if cmd.Flags().Changed("seed") && !f.fuzz {
				return usagef("--seed %d: want it with --fuzz", f.seed)
			}
			return a.audit(cmd.Context(), &f)
		},
	}
	s := cmd.Flags()
	s.SortFlags = false
	s.StringVar(&f.only, "only", "", "operations whose name contains this, as in SoftMax")
	s.BoolVar(&f.failures, "failures", false, "only what is not right, with the numbers that show it")
	s.StringVar(&f.markdown, "markdown", "", "write the pages audit.md and audit-tables.md into this folder")
	s.BoolVar(&f.asJSON, "json", false, "print one JSON object for each row")
	s.StringVar(&f.programs, "programs", "", "also write a minimal program for each failure into this folder")
	s.StringVar(&f.baseline, "baseline", "", "compare with an earlier audit, a file that --json has printed, and exit 3\nwhen something is worse")
	s.BoolVar(&f.fuzz, "fuzz", false, "also draw shapes and settings of every operation, and state when it fails")
	s.Uint64Var(&f.seed, "seed", 1, "what the shapes of --fuzz are drawn from")
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
	log.SetOutput(io.Discard) // Gorgonia's own, of which GroupNorm's derivative makes use
	worker, err := auditWorker()
	if err != nil {
		return err
	}
	only := func(r audit.Row) bool { return strings.Contains(strings.ToLower(r.Op), strings.ToLower(f.only)) }
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
	v := audit.Versions{Gorgonia: built["gorgonia.org/gorgonia"], Tensor: built["gorgonia.org/tensor"], Go: runtime.Version()}
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
		fmt.Fprintf(a.stdout, "\nGorgonia %s, tensor %s: %s variants; on the tape machine %s are right, on the Lisp machine %s\n",
			v.Gorgonia, v.Tensor, words.Int(len(all)), words.Int(tape[audit.Right]), words.Int(lisp[audit.Right]))
	}
	if f.fuzz {
		if err := a.fuzzAudit(ctx, worker, f); err != nil {
			return err
		}
	}
	if before == nil {
		return nil
	}
	before = slices.DeleteFunc(before, func(r audit.Row) bool { return !only(r) })
	return a.compareAudits(audit.Compare(before, all), f)
}

// fuzzAudit draws cases and prints what fails among them, and when.
func (a *app) fuzzAudit(ctx context.Context, worker func(context.Context) *exec.Cmd, f *auditFlags) error {
	found, err := audit.Fuzz(ctx, worker, f.seed, func(op string) bool { return strings.Contains(strings.ToLower(op), strings.ToLower(f.only)) })
	if err != nil {
		return err
	}
	if f.asJSON {
		for _, r := range found.Rows {
			if err := a.line(r); err != nil {
				return err
			}
		}
		for _, c := range found.Conditions {
			if err := a.line(c); err != nil {
				return err
			}
		}
		return nil
	}
	t := a.table()
	t.AppendHeader(table.Row{"operation", "fails by", "shapes", "when", "told", "smallest"})
	t.SetColumnConfigs([]table.ColumnConfig{{Name: "when", WidthMax: 70}, {Name: "smallest", WidthMax: 60, WidthMaxEnforcer: text.Trim}})
	failures := 0
	for _, r := range found.Rows {
		if r.Fails() {
			failures++
		}
	}
	for _, c := range found.Conditions {
		t.AppendRow(table.Row{c.Op, c.Class, fmt.Sprintf("%d of %d", c.Failures+c.Missed, c.Cases), c.When, c.Failures, c.Smallest})
	}
	fmt.Fprintln(a.stdout)
	t.Render()
	fmt.Fprintf(a.stdout, "\n%s shapes drawn from seed %d: %s fail\n", words.Int(len(found.Rows)), f.seed, words.Int(failures))
	return nil
}

// auditLine is the first line of the audit's JSON: what ran.
type auditLine struct {
	Type     string            `json:"type"` // config
	Command  string            `json:"command"`
	Versions map[string]string `json:"versions"`
}

// readBaseline reads an earlier audit; nil without one.
func readBaseline(path string) ([]audit.Row, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	rows, err := audit.ReadRows(file)
	if err != nil {
		return nil, fmt.Errorf("--baseline %s: %w", path, err)
	}
	return rows, nil
}

// compareAudits prints what is worse than in the baseline, and what could not be
// compared.
func (a *app) compareAudits(c audit.Comparison, f *auditFlags) error {
	if c.Outcomes == 0 {
		return fmt.Errorf("--baseline %s: it has none of the %s rows of this audit", f.baseline, words.Int(c.New))
	}
	if f.asJSON {
		for _, w := range c.Worse {
			if err := a.line(w); err != nil {
				return err
			}
		}
	} else {
		for _, w := range c.Worse {
			fmt.Fprintf(a.stdout, "worse: %s (%s), %s: %s; it was %s\n", w.Op, w.Variant, w.After.Cell, oneLine(w.After.String()), oneLine(w.Before.String()))
		}
		fmt.Fprintf(a.stdout, "against %s: %s of %s outcomes are worse", f.baseline, words.Int(len(c.Worse)), words.Int(c.Outcomes))
		if c.Gone+c.New > 0 {
			fmt.Fprintf(a.stdout, "; not compared: %s rows of the baseline alone, %s of this audit alone", words.Int(c.Gone), words.Int(c.New))
		}
		fmt.Fprintln(a.stdout)
	}
	if len(c.Worse) > 0 {
		return errWorse
	}
	return nil
}

// oneLine joins a text of several lines.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func (a *app) printAudit(rows []audit.Row, failures bool) {
	t := a.table()
	header := table.Row{"operation", "variant", "tape machine", "Lisp machine"}
	if failures {
		header = append(header, "where", "what")
		t.SetColumnConfigs([]table.ColumnConfig{{Name: "what", WidthMax: 100, WidthMaxEnforcer: text.Trim}})
	}
	t.AppendHeader(header)
	for _, r := range audit.OfType(rows, audit.TypeOperation) {
		row := table.Row{r.Op, r.Variant, r.Tape(), r.Lisp()}
		if o := r.Shown(); failures && o != nil {
			row = append(row, o.Cell, oneLine(o.String()))
		}
		t.AppendRow(row)
	}
	t.Render()
}

// writePages writes the page to read and that of the tables.
func writePages(dir string, rows []audit.Row, v audit.Versions) error {
	for name, write := range map[string]func(io.Writer, []audit.Row, audit.Versions) error{"audit.md": audit.Page, "audit-tables.md": audit.Tables} {
		var b bytes.Buffer
		if err := write(&b, rows, v); err != nil {
			return err
		}
		if err := atomicwriter.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// writePrograms writes a folder with a main.go for each failure, and removes
// those of failures that are gone.
func writePrograms(dir string, rows []audit.Row) error {
	programs, err := audit.Programs(rows)
	if err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(dir, "*", "main.go"))
	if err != nil {
		return err
	}
	for _, path := range old {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if strings.Contains(string(text), audit.Marker) {
			if err := os.RemoveAll(filepath.Dir(path)); err != nil {
				return err
			}
		}
	}
	for _, p := range programs {
		folder := filepath.Join(dir, p.Name)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, "main.go"), []byte(p.Text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
