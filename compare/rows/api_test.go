package rows

import "gradtwin/compare"

// What the tests ask of package compare beyond Check.

func wrong(r *compare.Report) bool { return r.Wrong() }

func resolution(r *compare.Report) float64 { return r.Resolution }

func allow(o compare.Options, names ...string) compare.Options {
	o.Allow = names
	return o
}

func inFloat32(v *compare.Vector) compare.Function { return v.InFloat32() }
