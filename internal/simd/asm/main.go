// Command asm writes package simd's assembly: each function for AVX2 with FMA
// and for AVX-512. Run it with go generate in package simd.
package main

import . "github.com/mmcloughlin/avo/build"

func main() {
	ConstraintExpr("amd64,!purego")
	for _, i := range isas {
		i.shiftReLU()
		for _, relu := range []bool{false, true} {
			i.rise(relu)
			i.product(relu)
		}
		i.squash("sigmoid", isa.sigmoid)
		i.squash("tanh", isa.tanh)
		i.loss()
		i.lossOne()
		i.fma()
	}
	Generate()
}
