// Package building makes sure that one graph is built at a time, and turns Gorgonia's
// panics into errors.
package building

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// building serializes the building of graphs: Gorgonia numbers its groups of
// nodes in a package variable.
var building sync.Mutex

// Lock waits until no other graph is built.
func Lock() { building.Lock() }

// Unlock ends what Lock began.
func Unlock() { building.Unlock() }

// Recover turns a panic into an error that names the operation whose method was
// running, found on the stack. It must be deferred itself.
func Recover(err *error, doing string) {
	r := recover()
	if r == nil {
		return
	}
	*err = fmt.Errorf("%s: %spanic: %v", doing, panickingOp(), r)
}

// panickingOp looks for the method of an operation on the stack of a panic,
// as in gorgonia.org/gorgonia.(*softmaxOp).SymDiff, and returns
// "gorgonia.softmaxOp: ".
func panickingOp() string {
	methods := []string{"SymDiff", "DiffWRT", "InferShape", "Type"}
	pc := make([]uintptr, 64)
	frames := runtime.CallersFrames(pc[:runtime.Callers(3, pc)])
	for {
		f, more := frames.Next()
		name := f.Function[strings.LastIndex(f.Function, "/")+1:]
		if dot := strings.LastIndex(name, "."); dot >= 0 && slices.Contains(methods, name[dot+1:]) {
			return strings.NewReplacer("(", "", "*", "", ")", "").Replace(name[:dot]) + ": "
		}
		if !more {
			return ""
		}
	}
}
