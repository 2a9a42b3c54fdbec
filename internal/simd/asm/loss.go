package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func (i isa) loss() {
	i.function("loss", "func(dst, z, e *[8]float64, groups, classes, label int, delta float64)",
		"is genericLoss. There is at least one group.")
	i = i.keep()
	dst, z, e, groups := param("dst"), param("z"), param("e"), param("groups")
	classes, label := param("classes"), param("label")
	SHLQ(U8(6), classes) // bytes
	SHLQ(U8(6), label)
	at := GP64()
	Label("group")
	top := i.load(Mem{Base: z})
	XORQ(at, at)
	Label("max")
	for p := range top {
		VMAXPD(Mem{Base: z, Index: at, Scale: 1, Disp: p * i.size}, top[p], top[p])
	}
	ADDQ(U8(groupBytes), at)
	CMPQ(at, classes)
	JL(LabelRef("max"))

	sum := make([]reg.VecVirtual, i.parts)
	for p := range sum {
		sum[p] = i.zero()
	}
	XORQ(at, at)
	if i.classes == 2 {
		// The registers are short: the maximum waits where the sum will be.
		i.store(top, Mem{Base: dst})
		top = nil
		Label("pair")
		next := GP64()
		LEAQ(Mem{Base: at, Disp: groupBytes}, next)
		CMPQ(next, classes)
		JGE(LabelRef("last"))
		i.exponentials(z, e, dst, at, 2, top, sum)
		JMP(LabelRef("pair"))
		Label("last")
		CMPQ(at, classes)
		JGE(LabelRef("summed"))
		i.exponentials(z, e, dst, at, 1, top, sum)
		Label("summed")
	} else {
		Label("exp")
		i.exponentials(z, e, dst, at, 1, top, sum)
		CMPQ(at, classes)
		JL(LabelRef("exp"))
	}

	i.store(sum, Mem{Base: dst})
	ADDQ(classes, z)
	ADDQ(classes, e)
	ADDQ(U8(groupBytes), dst)
	DECQ(groups)
	JNZ(LabelRef("group"))

	// The logarithms in a loop of their own: behind each sum they would hold
	// up the next group's exponentials.
	e, groups, dst = param("e"), param("groups"), param("dst")
	ADDQ(label, e)
	Label("log")
	y := i.load(Mem{Base: e})
	i.negLog(y, i.load(Mem{Base: dst}))
	i.store(y, Mem{Base: dst})
	ADDQ(classes, e)
	ADDQ(U8(groupBytes), dst)
	DECQ(groups)
	JNZ(LabelRef("log"))
	VZEROUPPER()
	RET()
}

// exponentials stores the exponentials of the next classes' logits, minus their
// maximum, and adds them to sum. The maximum is in top or, when that is nil, in
// memory at dst.
func (i isa) exponentials(z, e, dst, at reg.GPVirtual, classes int, top, sum []reg.VecVirtual) {
	var x []reg.VecVirtual
	for c := range classes {
		x = append(x, i.load(Mem{Base: z, Index: at, Scale: 1, Disp: c * groupBytes})...)
	}
	for p := range x {
		if top != nil {
			VSUBPD(top[p], x[p], x[p])
		} else {
			VSUBPD(Mem{Base: dst, Disp: p % i.parts * i.size}, x[p], x[p])
		}
	}
	v := i.exp(x)
	for p := range v {
		VADDPD(v[p], sum[p%i.parts], sum[p%i.parts])
	}
	for c := range classes {
		i.store(v[c*i.parts:(c+1)*i.parts], Mem{Base: e, Index: at, Scale: 1, Disp: c * groupBytes})
	}
	ADDQ(U32(groupBytes*classes), at)
}

func (i isa) lossOne() {
	i.function("lossOne", "func(dst, d *[8]float64, groups int, z, others, label, delta float64)",
		"is genericLossOne. There is at least one group.")
	i = i.keep()
	dst, d, groups := param("dst"), param("d"), param("groups")
	z, others, label := i.broadcastParam("z"), i.broadcastParam("others"), i.broadcastParam("label")
	own := GP64()
	MOVQ(address("label"), own)
	Label("group")
	x := i.load(Mem{Base: d})
	for p := range x {
		VADDPD(z, x[p], x[p])
	}
	y := i.exp(x)
	sum := i.vecs()
	for p := range sum {
		VADDPD(others, y[p], sum[p])
	}
	TESTQ(own, own) // its sign: negative when the label's logit is the one that changes
	JS(LabelRef("own"))
	for p := range y {
		VMOVAPD(label, y[p])
	}
	Label("own")
	i.negLog(y, sum)
	i.store(y, Mem{Base: dst})
	ADDQ(U8(groupBytes), d)
	ADDQ(U8(groupBytes), dst)
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// negLog turns y into −ln(y/sum + delta), for quotients of at least e⁻⁷⁰⁸ or
// NaN.
func (i isa) negLog(y, sum []reg.VecVirtual) {
	delta := i.broadcastParam("delta")
	for p := range y {
		VDIVPD(sum[p], y[p], y[p])
		VADDPD(delta, y[p], y[p])
		i.log(y[p])
		VXORPD(bitsConst("sign", 1<<63), y[p], y[p])
	}
}

// squash replaces n units' inputs in each group by the changes of an
// activation.
func (i isa) squash(name string, f func(i isa, x []reg.VecVirtual)) {
	i.function(name, "func(x *[8]float64, a *float64, groups, n int)",
		"replaces each x[g·n + k] by its activation minus a[k]. There is at least one group, and one unit.")
	i = i.keep()
	x, a, groups, n := param("x"), param("a"), param("groups"), param("n")
	k := GP64()
	Label("group")
	XORQ(k, k)
	Label("unit")
	v := i.load(Mem{Base: x})
	f(i, v)
	before := i.broadcast(Mem{Base: a, Index: k, Scale: 8})
	for p := range v {
		VSUBPD(before, v[p], v[p])
	}
	i.store(v, Mem{Base: x})
	ADDQ(U8(groupBytes), x)
	INCQ(k)
	CMPQ(k, n)
	JL(LabelRef("unit"))
	DECQ(groups)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}
