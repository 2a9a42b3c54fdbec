package report

import "gradtwin/compare/twin"

// What the tests look into.
var ReadPoint = readPoint

const VerdictName = verdictName

type Vector struct {
	Name   string
	Values *[]float64
}

func Vectors(p *twin.Point) []Vector {
	var out []Vector
	for _, v := range vectors(p) {
		out = append(out, Vector{v.name, v.values})
	}
	return out
}
