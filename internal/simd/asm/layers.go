package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// In each VMAXPD the operand that may be NaN comes first, which is Intel's
// second source: the instruction returns that one when either is NaN.

// relu turns a unit's inputs z into its activations' changes max(0, z) − a.
func relu(z []reg.VecVirtual, zero, a reg.VecVirtual) {
	for p := range z {
		VMAXPD(z[p], zero, z[p])
		VSUBPD(a, z[p], z[p])
	}
}

func (i isa) shiftReLU() {
	i.function("shiftReLU", "func(dst, d *[8]float64, groups int, z, a float64)",
		"is genericShift with ReLU. There is at least one group.")
	dst, d, groups := param("dst"), param("d"), param("groups")
	z, a, zero := i.broadcastParam("z"), i.broadcastParam("a"), i.zero()
	Label("group")
	x := i.load(Mem{Base: d})
	for p := range x {
		VADDPD(z, x[p], x[p])
	}
	relu(x, zero, a)
	i.store(x, Mem{Base: dst})
	ADDQ(U8(groupBytes), d)
	ADDQ(U8(groupBytes), dst)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

func (i isa) rise(withReLU bool) {
	name := "riseIdentity"
	if withReLU {
		name = "riseReLU"
	}
	i.function(name, "func(dst, delta *[8]float64, z, a, w *float64, live *int32, groups, n int)",
		"is genericRise with one activation. There is at least one group, and one live unit.")
	r := riseRegs{
		dst: param("dst"), delta: param("delta"), n: param("n"),
		z: param("z"), a: param("a"), w: param("w"), live: param("live"), relu: withReLU, zero: i.zero(),
	}
	groups := param("groups")
	Label("pair")
	SUBQ(U8(2), groups)
	JL(LabelRef("odd"))
	i.riseGroups(r, 2)
	JMP(LabelRef("pair"))
	Label("odd")
	INCQ(groups) // −1 or −2 before: one group is left, or none
	JNZ(LabelRef("done"))
	i.riseGroups(r, 1)
	Label("done")
	VZEROUPPER()
	RET()
}

type riseRegs struct {
	dst, delta, z, a, w, live, n reg.GPVirtual
	zero                         reg.VecVirtual
	relu                         bool
}

// riseGroups computes the layer for the next groups, and moves on to those
// behind them.
func (i isa) riseGroups(r riseRegs, groups int) {
	unit := fmt.Sprintf("unit%d", groups)
	q, k, next := GP64(), GP64(), GP64()
	var d []reg.VecVirtual
	for g := range groups {
		d = append(d, i.load(Mem{Base: r.delta, Disp: groupBytes * g})...)
	}
	ADDQ(U8(groupBytes*groups), r.delta)
	MOVQ(r.n, next)
	SHLQ(U8(6), next)
	ADDQ(r.dst, next)
	XORQ(q, q)
	Label(unit)
	MOVLQSX(Mem{Base: r.live, Index: q, Scale: 4}, k)
	weight := i.broadcast(Mem{Base: r.w, Index: k, Scale: 8})
	base := i.broadcast(Mem{Base: r.z, Index: k, Scale: 8})
	x := make([]reg.VecVirtual, len(d))
	for p := range x {
		x[p] = i.vec()
		VMOVAPD(base, x[p])
		VFMADD231PD(weight, d[p], x[p])
	}
	if r.relu {
		relu(x, r.zero, i.broadcast(Mem{Base: r.a, Index: k, Scale: 8}))
	}
	for g := range groups {
		to := []reg.GPVirtual{r.dst, next}[g]
		i.store(x[g*i.parts:(g+1)*i.parts], Mem{Base: to})
		ADDQ(U8(groupBytes), to)
	}
	INCQ(q)
	CMPQ(q, r.n)
	JL(LabelRef(unit))
	if groups > 1 {
		MOVQ(next, r.dst)
	}
}

func (i isa) product(withReLU bool) {
	name := "productIdentity"
	if withReLU {
		name = "productReLU"
	}
	i.function(name, "func(dst, u *[8]float64, z, a, w *float64, live *int32, groups, m, n int)",
		"is genericProduct with one activation. There is at least one group, and one live unit.")
	p := productRegs{
		dst: param("dst"), u: param("u"), z: param("z"), a: param("a"), w: param("w"),
		live: param("live"), m: param("m"), left: param("n"), rowBytes: GP64(), relu: withReLU,
	}
	MOVQ(p.left, p.rowBytes)
	SHLQ(U8(3), p.rowBytes)

	Label("tiles")
	CMPQ(p.left, U8(i.tile))
	JL(LabelRef(fmt.Sprintf("atMost%d", i.tile-1)))
	i.columns(p, i.tile)
	SUBQ(U8(i.tile), p.left)
	JMP(LabelRef("tiles"))
	for t := i.tile - 1; t > 0; t-- {
		Label(fmt.Sprintf("atMost%d", t))
		CMPQ(p.left, U8(t))
		JL(LabelRef(fmt.Sprintf("atMost%d", t-1)))
		i.columns(p, t)
		JMP(LabelRef("atMost0"))
	}
	Label("atMost0")
	VZEROUPPER()
	RET()
}

type productRegs struct {
	dst, u, z, a, w, live, m reg.GPVirtual
	left                     reg.GPVirtual // columns not yet computed
	rowBytes                 reg.GPVirtual // of w
	relu                     bool
}

// columns computes the next t units of every group, and moves on to the units
// behind them.
func (i isa) columns(r productRegs, t int) {
	label := func(s string) string { return fmt.Sprintf("%s%d", s, t) }
	dst, u, groups := GP64(), GP64(), GP64()
	MOVQ(r.dst, dst)
	MOVQ(r.u, u)
	Load(Param("groups"), groups)
	if i.groups == 2 {
		Label(label("pair"))
		SUBQ(U8(2), groups)
		JL(LabelRef(label("odd")))
		i.tiles(r, dst, u, t, 2)
		JMP(LabelRef(label("pair")))
		Label(label("odd"))
		INCQ(groups) // −1 or −2 before: one group is left, or none
		JNZ(LabelRef(label("done")))
		i.tiles(r, dst, u, t, 1)
	} else {
		Label(label("group"))
		i.tiles(r, dst, u, t, 1)
		DECQ(groups)
		JNZ(LabelRef(label("group")))
	}
	Label(label("done"))
	ADDQ(U32(groupBytes*t), r.dst)
	ADDQ(U8(8*t), r.z)
	ADDQ(U8(8*t), r.a)
	ADDQ(U8(8*t), r.w)
}

// tiles computes t units of the next groups, and moves on to those behind
// them.
func (i isa) tiles(r productRegs, dst, u reg.GPVirtual, t, groups int) {
	unit := fmt.Sprintf("unit%dx%d", t, groups)
	q, k, uStride := GP64(), GP64(), GP64()
	sums := make([][]reg.VecVirtual, t) // of a column: the groups' registers
	for c := range sums {
		for range groups {
			sums[c] = append(sums[c], i.vecs()...)
		}
		for _, s := range sums[c] {
			VXORPD(s, s, s)
		}
	}
	if groups > 1 {
		MOVQ(r.m, uStride)
		SHLQ(U8(6), uStride)
	}
	XORQ(q, q)
	Label(unit)
	MOVLQSX(Mem{Base: r.live, Index: q, Scale: 4}, k)
	IMULQ(r.rowBytes, k)
	x := i.load(Mem{Base: u})
	if groups > 1 {
		x = append(x, i.load(Mem{Base: u, Index: uStride, Scale: 1})...)
	}
	for c := range sums {
		weight := Mem{Base: r.w, Index: k, Scale: 1, Disp: 8 * c}
		if len(x) == 1 {
			VFMADD231PD_BCST(weight, x[0], sums[c][0])
			continue
		}
		b := i.broadcast(weight)
		for p := range x {
			VFMADD231PD(b, x[p], sums[c][p])
		}
	}
	ADDQ(U8(groupBytes), u)
	INCQ(q)
	CMPQ(q, r.m)
	JL(LabelRef(unit))
	if groups > 1 {
		ADDQ(uStride, u)
	}

	next := GP64()
	LEAQ(Mem{Base: dst, Index: r.rowBytes, Scale: 8}, next)
	for c := range sums {
		z := i.broadcast(Mem{Base: r.z, Disp: 8 * c})
		for _, s := range sums[c] {
			VADDPD(z, s, s)
		}
		if r.relu {
			// The register is free again once z has been added.
			VXORPD(z, z, z)
			for _, s := range sums[c] {
				VMAXPD(s, z, s)
			}
			VBROADCASTSD(Mem{Base: r.a, Disp: 8 * c}, z)
			for _, s := range sums[c] {
				VSUBPD(z, s, s)
			}
		}
		for g := range groups {
			to := []reg.GPVirtual{dst, next}[g]
			i.store(sums[c][g*i.parts:(g+1)*i.parts], Mem{Base: to, Disp: groupBytes * c})
		}
	}
	if groups > 1 {
		LEAQ(Mem{Base: next, Index: r.rowBytes, Scale: 8}, dst)
	} else {
		MOVQ(next, dst)
	}
}

// fma is a loop of nothing but fused multiply-adds on registers: the most that
// the processor can do.
func (i isa) fma() {
	i.function("fma", "func(n int, x *[8]float64)",
		"does 24 fused multiply-adds on whole groups n times.")
	n, x := param("n"), param("x")
	const sums = 12
	v := make([]reg.VecVirtual, sums)
	for s := range v {
		v[s] = i.zero()
	}
	in := i.load(Mem{Base: x})
	Label("loop")
	for range 24 * i.parts / sums {
		for s := range v {
			VFMADD231PD(in[0], in[0], v[s])
		}
	}
	DECQ(n)
	JNZ(LabelRef("loop"))
	for s := range v {
		VADDPD(v[s], v[0], v[0])
	}
	VMOVUPD(v[0], Mem{Base: x})
	VZEROUPPER()
	RET()
}
