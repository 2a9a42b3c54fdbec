package battery_test

import "gradtwin/compare"

// The battery's view of the checker.

func withEach(o *compare.Options, visit func(flat int, v compare.Verdict)) {
	o.Each = func(e compare.Element) { visit(e.Flat, e.Verdict) }
}

func allow(o *compare.Options, tensors []string) { o.Allow = tensors }

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
