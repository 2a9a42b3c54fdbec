package audit

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

const workerVariable = "GRADTWIN_AUDIT_WORKER"

func TestMain(m *testing.M) {
	if os.Getenv(workerVariable) != "" {
		if err := Work(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err) // a panic would pass for one of Gorgonia's
			os.Exit(1)
		}
		return
	}
	// A Lisp machine whose run fails leaves its goroutine behind.
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("gorgonia.org/gorgonia.(*lispMachine).runall"))
}

func worker(t *testing.T) func(context.Context) *exec.Cmd {
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return func(ctx context.Context) *exec.Cmd {
		cmd := exec.CommandContext(ctx, path)
		cmd.Env = append(os.Environ(), workerVariable+"=1")
		return cmd
	}
}

// everything audits all there is, once for all tests. In -short it leaves out three
// cases in four.
func everything(t *testing.T) []Row {
	t.Helper()
	audited.Do(func() {
		n := 0
		audited.rows, audited.err = Run(t.Context(), worker(t), func(r Row) bool {
			n++
			return !testing.Short() || r.Type != TypeOperation || n%4 == 0
		})
	})
	if audited.err != nil {
		t.Fatal(audited.err)
	}
	return audited.rows
}

var audited struct {
	sync.Once
	rows []Row
	err  error
}

// Numbers are compared to three digits, and the version of Go not at all: the
// last digits differ from one processor to another.
var (
	decimals  = regexp.MustCompile(`-?\d+\.\d+(e[+-]\d+)?`)
	goVersion = regexp.MustCompile(`go1\.[0-9a-z.]*\d`)
)

func rounded(page string) string {
	return decimals.ReplaceAllStringFunc(goVersion.ReplaceAllString(page, ""), func(s string) string {
		x, err := strconv.ParseFloat(s, 64)
		if err != nil {
			panic(err)
		}
		return fmt.Sprintf("%.3g", x)
	})
}

// The pages are what the audit finds. The first is for reading, and short.
func TestPages(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: audits some cases")
	}
	v := Versions{Gorgonia: moduleVersion(t, "gorgonia.org/gorgonia"), Tensor: moduleVersion(t, "gorgonia.org/tensor")}
	for name, write := range map[string]func(io.Writer, []Row, Versions) error{
		"audit.md": Page, "audit-tables.md": Tables,
	} {
		page, err := os.ReadFile("../../docs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := write(&b, everything(t), v); err != nil {
			t.Fatal(err)
		}
		want := strings.Split(rounded(b.String()), "\n")
		for i, line := range strings.Split(rounded(string(page)), "\n") {
			if i >= len(want) || line != want[i] {
				t.Errorf("docs/%s is stale from line %d: run go generate ./graph/audit", name, i+1)
				break
			}
		}
		const most = 8000
		if name == "audit.md" && len(page) > most {
			t.Errorf("docs/%s has %d bytes: want at most %d, so shorten a Problem of graph/faults or share an Instead",
				name, len(page), most)
		}
	}
}

// An expression whose arguments do not fit its function panics in package reflect,
// which must not pass for a fault of Gorgonia's.
func TestExpressionsCanBeCalled(t *testing.T) {
	for _, r := range everything(t) {
		for _, o := range r.Outcomes {
			if strings.Contains(o.Note, "reflect") {
				t.Errorf("%s, %s: %v", r.Name(), o.Cell, o)
			}
		}
	}
}

func moduleVersion(t *testing.T, path string) string {
	text, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", path).Output()
	if err != nil {
		t.Fatalf("go list -m %s: %v", path, err)
	}
	return strings.TrimSpace(string(text))
}

// What is known of these comes from arithmetic: log₂′(x) = 1/(x·ln 2), and
// 1/√x has the derivative -1/(2x√x).
func TestVerdicts(t *testing.T) {
	cases := named()
	for _, tt := range []struct {
		op, variant string
		of          cell
		want        Verdict
		got, right  float64
	}{
		{"Tanh", "4", tapeLeaf, Right, 0, 0},
		{"Tanh", "4", lispLeaf, Right, 0, 0},
		{"Conv2d", "2x2x4x4, kernel 2x2x2x2, stride 2x2", tapeInner, Right, 0, 0},
		{"BatchNorm", "4x2x2x2, scale 1x2x1x1, ε 1e-05", tapeSingle, Right, 0, 0},
		{"Rectify", "2, at the kink", tapeLeaf, Right, 0, 0},
		{"Floor", "4", tapeLeaf, ByDesign, 0, 0},
		// Gorgonia multiplies by ln 2 where it has to divide.
		{"Log2", "scalar", tapeLeaf, WrongGradient, math.Ln2, 1 / math.Ln2},
		{"LogSumExp", "4, axis 0", forward, WrongValue, 0, 0},
		{"MinBetween", "4, scalar", tapeLeaf, Failed, 0, 0},
		{"GlobalAveragePool2D", "1x1x2x2", lispLeaf, Zero, 0, 0},
		{"GlobalAveragePool2D", "1x1x2x2", tapeLeaf, Panicked, 0, 0},
	} {
		c := cases[tt.op+" ("+tt.variant+")"]
		if c == nil {
			t.Errorf("no case %s (%s)", tt.op, tt.variant)
			continue
		}
		o := c.run(tt.of)
		if o.Verdict != tt.want {
			t.Errorf("%s, %v: %v, want %v", c.Name(), tt.of, o, tt.want)
		}
		if tt.got != 0 && math.Abs(o.Got/o.Want-tt.got/tt.right) > 1e-6 {
			t.Errorf("%s, %v: %v, want a ratio of %v", c.Name(), tt.of, o, tt.got/tt.right)
		}
	}
}

// A panic in a goroutine of Gorgonia's ends a worker, and the other cases go on.
func TestRunContainsPanics(t *testing.T) {
	rows, err := Run(t.Context(), worker(t), func(r Row) bool {
		return r.Op == "BatchNorm" && r.Variant == "4x3, scale 1x3, ε 0.1" || r.Op == "Cube" && r.Variant == "4"
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2 || rows[0].Tape() != Right || rows[0].Lisp() != Right ||
		rows[1].Tape() != Right || rows[1].Lisp() != Panicked {
		t.Errorf("rows %+v: want Cube right, and BatchNorm right on the tape machine and a panic on the Lisp machine", rows)
	}
}

// A worker that does not answer is an error, and not a panic of Gorgonia's.
func TestRunReportsBrokenWorkers(t *testing.T) {
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	noTest := func(ctx context.Context) *exec.Cmd { return exec.CommandContext(ctx, path, "-test.run=^$") }
	_, err = Run(t.Context(), noTest, func(r Row) bool { return r.Op == "Tanh" })
	if err == nil || !strings.Contains(err.Error(), "a worker process ended in job") {
		t.Errorf("error %v: want one of the worker process", err)
	}
}

func TestCatalogueNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range catalogue() {
		if seen[c.Name()] {
			t.Errorf("two cases %s", c.Name())
		}
		seen[c.Name()] = true
		for k, n := range c.In {
			if n.Values != nil && len(n.Values) != size(n.Shape) {
				t.Errorf("%s: input %d has %d values for shape %v", c.Name(), k, len(n.Values), n.Shape)
			}
		}
	}
}
