// Package progress shows how far a long job is: a bar on a terminal, a line
// now and then elsewhere.
package progress

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Mode says how progress is shown.
type Mode string

// The modes.
const (
	Auto  Mode = "auto"  // Bar on a terminal, Plain elsewhere
	Bar   Mode = "bar"   // one line, drawn again and again
	Plain Mode = "plain" // a line at the start, now and then, and at the end
	None  Mode = "none"
)

// Modes returns the names of all modes.
func Modes() []string { return []string{string(Auto), string(Bar), string(Plain), string(None)} }

const (
	barEvery   = 100 * time.Millisecond // faster than this the eye does not follow
	plainEvery = 5 * time.Second        // a log is read later: few lines
)

// Reporter shows the progress of one job after another.
type Reporter struct {
	mode Mode
	w    io.Writer
	now  func() time.Time
}

// New returns a reporter that writes to w.
func New(mode Mode, w io.Writer) *Reporter {
	if mode == Auto {
		mode = Plain
		if Columns(w) > 0 {
			mode = Bar
		}
	}
	return &Reporter{mode: mode, w: w, now: time.Now}
}

// Task is one job of a known number of steps. It is not for two goroutines at
// once.
type Task struct {
	r     *Reporter
	title string
	total int
	begun time.Time
	shown time.Time
	last  int // steps done at the last line

	// The speed is counted from the first call of Set: what stands before it, an
	// earlier process's steps or a measurement at the start, is another work.
	first     time.Time
	firstDone int
}

// Start begins a job.
func (r *Reporter) Start(title string, total int) *Task {
	return &Task{r: r, title: title, total: total, begun: r.now(), last: -1}
}

// Of says how many steps the job has, where that was not known at its start.
func (t *Task) Of(total int) { t.total = total }

// Set says that the job has done so many steps; note is what is known of the
// last one, "" for nothing.
func (t *Task) Set(done int, note string) {
	every := plainEvery
	if t.r.mode == Bar {
		every = barEvery
	}
	now := t.r.now()
	if t.first.IsZero() {
		t.first, t.firstDone = now, done
	}
	if t.r.mode == None || t.last >= 0 && now.Sub(t.shown) < every {
		return
	}
	t.shown, t.last = now, done
	if text := t.line(now, done, note); t.r.mode == Bar {
		drawLine(t.r.w, t.bar(done)+text)
	} else {
		fmt.Fprintln(t.r.w, text)
	}
}

// barWidth is the length of a full bar.
const barWidth = 10

// bar draws the part that is done, as in " 45% [====      ] ".
func (t *Task) bar(done int) string {
	part := min(1, float64(done)/float64(max(1, t.total)))
	return fmt.Sprintf("%3.0f%% [%-*s] ", 100*part, barWidth, strings.Repeat("=", int(barWidth*part)))
}

func (t *Task) line(now time.Time, done int, note string) string {
	parts := []string{fmt.Sprintf("%s: %d/%d", t.title, done, t.total)}
	if note != "" {
		parts = append(parts, note)
	}
	if spent, n := now.Sub(t.first), done-t.firstDone; n > 0 && spent > 0 {
		left := time.Duration(float64(spent) / float64(n) * float64(t.total-done))
		parts = append(parts, fmt.Sprintf("%.3g/s", float64(n)/spent.Seconds()), left.Round(time.Second).String()+" left")
	}
	return strings.Join(parts, ", ")
}

// Done ends the job, finished or not; a bar is wiped off the terminal.
func (t *Task) Done() {
	switch t.r.mode {
	case Bar:
		drawLine(t.r.w, "")
	case Plain:
		fmt.Fprintf(t.r.w, "%s: ended after %s\n", t.title, t.r.now().Sub(t.begun).Round(time.Millisecond))
	}
}
