package audit

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// cellTimeout ends a case that hangs: the slowest takes a fifth of a second.
const cellTimeout = 20 * time.Second

// gcPercent is that of a worker, which makes much garbage and keeps little.
const gcPercent = 800

// subject is what is audited: a case, expressions of one graph, an expression in
// place of a fault, or a hazard.
type subject interface {
	row() Row              // with its outcomes empty but for their names
	outcome(k int) Outcome // the row's outcome k
}

// subjects returns all of them, in the order of the page.
func subjects() (all []subject) {
	for _, c := range Catalogue() {
		all = append(all, &c)
	}
	for _, t := range merging() {
		all = append(all, &t)
	}
	for _, c := range insteads() {
		all = append(all, &c)
	}
	for k := range hazards {
		all = append(all, &hazards[k])
	}
	return all
}

// job is one outcome of one subject, or what a generator draws with choices.
type job struct {
	Subject, Outcome int
	Choices          string `json:",omitempty"`
}

// do runs a job. The case of a generator is run in all cells of the fuzzer.
func (j job) do(all []subject, generators []generator) (Outcome, error) {
	if j.Choices != "" && j.Subject >= 0 && j.Subject < len(generators) {
		c := generators[j.Subject].draw(parseChoices(j.Choices))
		return c.fuzzed(), nil
	}
	if j.Choices != "" || j.Subject < 0 || j.Subject >= len(all) || j.Outcome < 0 ||
		j.Outcome >= len(all[j.Subject].row().Outcomes) {
		return Outcome{}, fmt.Errorf("no subject %d with an outcome %d", j.Subject, j.Outcome)
	}
	return all[j.Subject].outcome(j.Outcome), nil
}

// reply is a worker's line: that it starts a job, or what came of it.
type reply struct {
	Job     job
	Outcome *Outcome `json:",omitempty"`
}

// Work runs the jobs that it reads, one JSON object after the other, and writes
// what came of each. It is the main function of the processes that Run starts:
// an operation that panics in a goroutine of Gorgonia's ends such a process and
// nothing else.
func Work(r io.Reader, w io.Writer) error {
	debug.SetGCPercent(gcPercent)
	all, drawn := subjects(), generators()
	in, out := json.NewDecoder(r), json.NewEncoder(w)
	for {
		var j job
		if err := in.Decode(&j); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := out.Encode(reply{Job: j}); err != nil {
			return err
		}
		o, err := j.do(all, drawn)
		if err != nil {
			return err
		}
		if err := out.Encode(reply{j, &o}); err != nil {
			return err
		}
	}
}

// Run audits the rows that only accepts, which are given to it empty, in as many worker
// processes at a time as there are processors. worker starts one: a process
// that calls Work on its standard input and output.
func Run(ctx context.Context, worker func(context.Context) *exec.Cmd, only func(Row) bool) ([]Row, error) {
	all := subjects()
	var jobs []job
	rows := make([]Row, len(all))
	for i, of := range all {
		rows[i] = of.row()
		if !only(rows[i]) {
			continue
		}
		for k := range rows[i].Outcomes {
			jobs = append(jobs, job{Subject: i, Outcome: k})
		}
	}
	outcomes, err := runJobs(ctx, worker, jobs)
	if err != nil {
		return nil, err
	}
	for n, j := range jobs {
		outcomes[n].Cell = rows[j.Subject].Outcomes[j.Outcome].Cell
		rows[j.Subject].Outcomes[j.Outcome] = outcomes[n]
	}
	return slices.DeleteFunc(rows, func(r Row) bool { return !only(r) }), nil
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
	size := min(batchSize, len(jobs)/runtime.GOMAXPROCS(0)+1)
	var next atomic.Int64 // the first job that nobody has taken
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for ctx.Err() == nil {
				from := int(next.Add(int64(size))) - size
				if from >= len(jobs) {
					return
				}
				for to := min(from+size, len(jobs)); from < to && ctx.Err() == nil; {
					n, err := process(ctx, worker, dir, jobs[from:to], outcomes[from:to])
					if err != nil {
						cancel(err)
					}
					from += n
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

// batchSize is how many jobs a process gets: starting one costs as much as
// some tens of them.
const batchSize = 400

// process runs jobs in one worker until they are done or it dies, and returns
// how many got an outcome: the one that it died of too.
func process(
	ctx context.Context, worker func(context.Context) *exec.Cmd, dir string, jobs []job, outcomes []Outcome,
) (int, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := worker(ctx)
	cmd.Dir = dir
	var input strings.Builder
	for _, j := range jobs {
		text, err := json.Marshal(j)
		if err != nil {
			return 0, err
		}
		input.Write(append(text, '\n'))
	}
	cmd.Stdin = strings.NewReader(input.String())
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	hung := time.AfterFunc(cellTimeout, cancel)
	defer hung.Stop()
	n, started := 0, false
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r reply
		// Gorgonia prints too.
		if json.Unmarshal(lines.Bytes(), &r) != nil || n == len(jobs) || r.Job != jobs[n] {
			continue
		}
		hung.Reset(cellTimeout)
		if started = r.Outcome == nil; !started {
			outcomes[n] = *r.Outcome
			n++
		}
	}
	err = cmd.Wait()
	if n == len(jobs) {
		return n, nil
	}
	if !started {
		return n, fmt.Errorf("a worker process ended before its jobs: %v: %s", err, stderr.String())
	}
	o := Outcome{Verdict: Panicked, Note: "ends the process: " + steady(firstPanic(stderr.String()))}
	if !hung.Stop() {
		o.Note = fmt.Sprintf("no result after %v", cellTimeout)
	}
	outcomes[n] = o
	return n + 1, nil
}

// firstPanic returns the line of a stack trace that says what happened.
func firstPanic(trace string) string {
	for line := range strings.Lines(trace) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			return line
		}
	}
	return "no message"
}
