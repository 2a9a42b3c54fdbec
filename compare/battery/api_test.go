package battery_test

import "gradtwin/compare"

// The battery's view of the checker.

const enforced = true

// known reports whether the differences of a subject's loss deceive: it moves by
// steps of a millionth of itself that no short line shows, or it amplifies
// rounding so much that nine points show too little of its noise.
func known(s *subject) bool {
	return s.name == "smaller root of a quadratic" || s.family == chaotic
}

func withEach(o *compare.Options, visit func(flat int, v compare.Verdict)) {
	o.Each = func(e compare.Element) { visit(e.Flat, e.Verdict) }
}

func allow(o *compare.Options, tensors []string) { o.Allow = tensors }

const judged = true

func failed(r *compare.Report) bool { return r.Wrong() }

func notJudged(r *compare.Report) []string {
	if r.OK() {
		return nil
	}
	return r.NotJudged
}

func resolutions(r *compare.Report, _ *function, _ []float64) (absolute, relative float64) {
	return r.Resolution, r.RelativeResolution
}

func certified(r *compare.Report, k int) bool {
	return r.Tensors[k].Probe != nil && r.Tensors[k].Probe.Verdict == compare.OK
}
