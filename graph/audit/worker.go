package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// cellTimeout ends a case that hangs: the slowest takes a fifth of a second.
const cellTimeout = 20 * time.Second

// gcPercent is GOGC in a worker, which allocates much and keeps little.
const gcPercent = 800

// subject is what is audited: a case, expressions of one graph, an expression in
// place of a fault, or a hazard.
type subject interface {
	row() Row              // the outcomes have only the names of their cells
	outcome(k int) Outcome // computes outcome k of the row
}

// subjects returns all of them, in the order of the page.
func subjects() (all []subject) {
	for _, c := range catalogue() {
		all = append(all, &c)
	}
	for _, t := range merging() {
		all = append(all, t)
	}
	for _, c := range insteads() {
		all = append(all, &c)
	}
	for k := range hazards {
		all = append(all, &hazards[k])
	}
	return all
}

// job is one outcome of one subject, or a case that a generator draws.
type job struct {
	Subject, Outcome int   // for a drawn case its generator, and 0
	Drawn            bool  `json:",omitempty"`
	Choices          []int `json:",omitempty"` // with which it is drawn
}

// do runs a job. A drawn case is run in all cells of the fuzzer. A panic that gets
// here becomes an error: it is a bug of this package. Gorgonia's panics are recovered
// where it is called, or end the process.
func (j job) do(all []subject, generators []generator) (o Outcome, err error) {
	defer recovered(&err)
	switch {
	case j.Drawn && j.Subject >= 0 && j.Subject < len(generators):
		c := generators[j.Subject].make(&choices{values: j.Choices})
		return c.fuzzed(), nil
	case !j.Drawn && j.Subject >= 0 && j.Subject < len(all) &&
		j.Outcome >= 0 && j.Outcome < len(all[j.Subject].row().Outcomes):
		return all[j.Subject].outcome(j.Outcome), nil
	}
	return Outcome{}, fmt.Errorf("no subject %d with an outcome %d", j.Subject, j.Outcome)
}

// Work reads jobs as JSON, runs them and writes the outcome of each, until r ends.
// It is the main function of a worker process.
func Work(r io.Reader, w io.Writer) error {
	debug.SetGCPercent(gcPercent)
	os.Stdout = os.Stderr // some operations of Gorgonia print
	all, drawn := subjects(), generators()
	in, out := json.NewDecoder(r), json.NewEncoder(w)
	for {
		var j job
		if err := in.Decode(&j); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		o, err := j.do(all, drawn)
		if err != nil {
			return err
		}
		if err := out.Encode(o); err != nil {
			return err
		}
	}
}

// Run audits the rows that only accepts and returns them. only gets rows without
// verdicts. worker returns the command of a worker process, which calls Work with its
// standard input and output; one runs on each processor. An operation that panics in a
// goroutine of Gorgonia's ends its worker, and the next job starts another.
func Run(ctx context.Context, worker func(context.Context) *exec.Cmd, only func(Row) bool) ([]Row, error) {
	var jobs []job
	var rows []Row
	var of []int // index of each job's row
	for i, s := range subjects() {
		r := s.row()
		if !only(r) {
			continue
		}
		for k := range r.Outcomes {
			jobs, of = append(jobs, job{Subject: i, Outcome: k}), append(of, len(rows))
		}
		rows = append(rows, r)
	}
	outcomes, err := runJobs(ctx, worker, jobs)
	if err != nil {
		return nil, err
	}
	for n, j := range jobs {
		to := &rows[of[n]].Outcomes[j.Outcome]
		outcomes[n].Cell = to.Cell // a worker that ended did not say
		*to = outcomes[n]
	}
	return rows, nil
}

// runJobs returns the outcomes of jobs, in order.
func runJobs(ctx context.Context, worker func(context.Context) *exec.Cmd, jobs []job) ([]Outcome, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// The Lisp machine writes err.dot into the working directory.
	dir, err := os.MkdirTemp("", "gradtwin-audit-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	outcomes := make([]Outcome, len(jobs))
	var next atomic.Int64 // the first job that is not taken
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(jobs)) {
		group.Go(func() {
			p := &process{worker: worker, dir: dir}
			defer p.end()
			for ctx.Err() == nil {
				k := int(next.Add(1)) - 1
				if k >= len(jobs) {
					return
				}
				var err error
				if outcomes[k], err = p.do(ctx, jobs[k]); err != nil {
					cancel(err)
				}
			}
		})
	}
	group.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	return outcomes, nil
}

// process is a worker process. It is started for a job when it does not run.
type process struct {
	worker func(context.Context) *exec.Cmd
	dir    string
	cmd    *exec.Cmd // nil when it does not run
	kill   func()
	input  io.Closer
	in     *json.Encoder
	out    *json.Decoder
	stderr strings.Builder
}

func (p *process) start(ctx context.Context) error {
	cmd := p.worker(ctx)
	cmd.Dir, cmd.Stderr = p.dir, &p.stderr
	cmd.Env = append(cmd.Environ(), "GOTRACEBACK=none") // the message of a panic is enough
	p.stderr.Reset()
	input, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	p.cmd, p.input, p.in, p.out = cmd, input, json.NewEncoder(input), json.NewDecoder(output)
	p.kill = func() { cmd.Process.Kill() }
	return nil
}

// end closes the worker's input and waits for its end.
func (p *process) end() {
	if p.cmd != nil {
		p.input.Close()
		p.cmd.Wait()
		p.cmd = nil
	}
}

// do runs a job. A panic or a timeout ends the worker and is the job's outcome.
func (p *process) do(ctx context.Context, j job) (o Outcome, err error) {
	if p.cmd == nil {
		if err := p.start(ctx); err != nil {
			return o, err
		}
	}
	hung := time.AfterFunc(cellTimeout, p.kill)
	if err = p.in.Encode(j); err == nil {
		err = p.out.Decode(&o)
	}
	if inTime := hung.Stop(); err == nil && inTime {
		return o, nil
	} else if p.end(); !inTime {
		return Outcome{Verdict: Panicked, Note: fmt.Sprintf("no result after %v", cellTimeout)}, nil
	}
	message := firstPanic(p.stderr.String())
	switch {
	case ctx.Err() != nil:
		return o, ctx.Err()
	case message == "":
		return o, fmt.Errorf("a worker process ended in job %+v: %w: %s", j, err, p.stderr.String())
	}
	return Outcome{Verdict: Panicked, Note: "ends the process: " + steady(message)}, nil
}

// firstPanic returns the line of a stack trace that says what happened, empty
// when there is none.
func firstPanic(trace string) string {
	for line := range strings.Lines(trace) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			return line
		}
	}
	return ""
}
