package audit

// hazards are faults beyond gradients, each with a program in
// docs/audit/hazards.
var hazards = []struct{ name, text string }{
	{"accumulation", "Gradients bound by BindDualValues add up over runs."},
	{"lisp-writes-a-file", "The Lisp machine writes err.dot into the working directory when a root is no scalar."},
	{"max-ties", "At a tie Max gives every largest element the whole gradient."},
	{"merged-inputs", "Two inputs with one name and shape become one node."},
	{"merged-slices", "Slices whose ends agree in their lowest byte are merged: v[0:2] and v[256:258]."},
	{"merged-softmax", "SoftMax(x) and LogSoftMax(x) have one hash and become one node."},
	{"overwritten-input", "Reshape shares its input's memory, and an operation after it writes into the input."},
	{"overwritten-intermediate", "The value of an inner node is overwritten by an operation that comes later."},
	{"overwritten-softmax", "Log(SoftMax(x)) is rewritten to LogSoftMax in place, so that the softmax itself is lost."},
	{"run-without-reset", "A second RunAll without Reset does nothing: the cost stays the first one."},
	{"second-grad", "A second Grad in one graph leaves out what goes through nodes that the first has been through."},
	{"wrong-shape", "WithValue takes a tensor of another shape without a word."},
}
