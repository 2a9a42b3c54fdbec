// Command asm writes package gemm's assembly. Run it with go generate in
// package gemm.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// kernel is an instruction set and an element type.
type kernel struct {
	isa     string
	avx512  bool
	size    int // bytes an element
	vectors int // of a row of the result that are summed at a time
}

func main() {
	ConstraintExpr("amd64,!purego")
	for _, size := range []int{8, 4} {
		// AVX2 has 16 registers: 13 sums, a factor, a mask and a masked load.
		kernel{"AVX2", false, size, 13}.rows()
		kernel{"AVX2", false, size, 13}.compressFour()
		kernel{"AVX512", true, size, 16}.rows()
		kernel{"AVX512", true, size, 16}.compress()
	}
	Generate()
}

func (k kernel) bytes() int {
	if k.avx512 {
		return 64
	}
	return 32
}

func (k kernel) vec() reg.VecVirtual {
	if k.avx512 {
		return ZMM()
	}
	return YMM()
}

func (k kernel) double() bool { return k.size == 8 }

func (k kernel) element() string { return fmt.Sprintf("float%d", 8*k.size) }

func (k kernel) name(base string) string { return fmt.Sprintf("%s%d%s", base, 8*k.size, k.isa) }

func param(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }

// rows writes the product of sparse rows with a matrix. There is one loop for
// each number of vectors in a row of the result, all in registers; of the last
// vector only the lanes in the mask are loaded and stored.
func (k kernel) rows() {
	mask := "mask *int32"
	if k.avx512 {
		mask = "mask uint64"
	}
	name := k.name("rows")
	TEXT(name, NOSPLIT, fmt.Sprintf("func(dst *%[1]s, ldc int, count, offset *int32, factor, b *%[1]s, rows, vectors "+
		"int, %s, add bool)", k.element(), mask))
	Doc(name+" is genericRows for the first columns of dst: so many vectors of them,",
		"of the last the lanes in the mask. There is at least one row.")
	Pragma("noescape")
	dst, ldc, count := param("dst"), param("ldc"), param("count")
	offset, factor, b := param("offset"), param("factor"), param("b")
	rows, vectors := param("rows"), param("vectors")
	add := Load(Param("add"), GP8()).(reg.GPVirtual)
	if k.double() {
		SHLQ(U8(3), ldc)
	} else {
		SHLQ(U8(2), ldc)
	}
	t := tail{kernel: k}
	if k.avx512 {
		m := Load(Param("mask"), GP64()).(reg.GPVirtual)
		t.k = K()
		KMOVW(m.As32(), t.k)
	} else {
		t.ymm, t.tmp = YMM(), YMM()
		VMOVDQU(Mem{Base: param("mask")}, t.ymm)
	}
	for v := 1; v < k.vectors; v++ {
		CMPQ(vectors, U8(v))
		JE(LabelRef(fmt.Sprintf("row%d", v)))
	}
	for v := k.vectors; v >= 1; v-- {
		label := func(s string) string { return fmt.Sprintf("%s%d", s, v) }
		sum := make([]reg.VecVirtual, v)
		for j := range sum {
			sum[j] = k.vec()
		}
		x, n, at := k.vec(), GP64(), GP64()
		Label(label("row"))
		MOVLQSX(Mem{Base: count}, n)
		ADDQ(U8(4), count)
		TESTB(add, add)
		JNZ(LabelRef(label("load")))
		for _, s := range sum {
			VXORPS(s, s, s)
		}
		JMP(LabelRef(label("begin")))
		Label(label("load"))
		for j, s := range sum {
			m := Mem{Base: dst, Disp: j * k.bytes()}
			if j == v-1 {
				t.load(m, s)
			} else {
				VMOVUPS(m, s)
			}
		}
		Label(label("begin"))
		TESTQ(n, n)
		JZ(LabelRef(label("store")))
		Label(label("term"))
		MOVLQSX(Mem{Base: offset}, at)
		if k.double() {
			VBROADCASTSD(Mem{Base: factor}, x)
		} else {
			VBROADCASTSS(Mem{Base: factor}, x)
		}
		for j, s := range sum {
			m := Mem{Base: b, Index: at, Scale: uint8(k.size), Disp: j * k.bytes()}
			switch {
			case j == v-1:
				t.multiplyAdd(m, x, s)
			case k.double():
				VFMADD231PD(m, x, s)
			default:
				VFMADD231PS(m, x, s)
			}
		}
		ADDQ(U8(4), offset)
		ADDQ(U8(k.size), factor)
		DECQ(n)
		JNZ(LabelRef(label("term")))
		Label(label("store"))
		for j, s := range sum {
			m := Mem{Base: dst, Disp: j * k.bytes()}
			if j == v-1 {
				t.store(s, m)
			} else {
				VMOVUPS(s, m)
			}
		}
		ADDQ(ldc, dst)
		DECQ(rows)
		JNZ(LabelRef(label("row")))
		VZEROUPPER()
		RET()
	}
}

// tail handles the last vector of a row.
type tail struct {
	kernel
	k        reg.OpmaskVirtual
	ymm, tmp reg.VecVirtual
}

func (t tail) load(m Mem, v reg.VecVirtual) {
	switch {
	case t.avx512 && t.double():
		VMOVUPD_Z(m, t.k, v)
	case t.avx512:
		VMOVUPS_Z(m, t.k, v)
	case t.double():
		VMASKMOVPD(m, t.ymm, v)
	default:
		VMASKMOVPS(m, t.ymm, v)
	}
}

func (t tail) store(v reg.VecVirtual, m Mem) {
	switch {
	case t.avx512 && t.double():
		VMOVUPD(v, t.k, m)
	case t.avx512:
		VMOVUPS(v, t.k, m)
	case t.double():
		VMASKMOVPD(v, t.ymm, m)
	default:
		VMASKMOVPS(v, t.ymm, m)
	}
}

func (t tail) multiplyAdd(m Mem, x, sum reg.VecVirtual) {
	switch {
	case t.avx512 && t.double():
		VFMADD231PD(m, x, t.k, sum)
	case t.avx512:
		VFMADD231PS(m, x, t.k, sum)
	case t.double():
		t.load(m, t.tmp)
		VFMADD231PD(t.tmp, x, sum)
	default:
		t.load(m, t.tmp)
		VFMADD231PS(t.tmp, x, sum)
	}
}

// compress writes the search for the elements of a row that are not 0.
func (k kernel) compress() {
	name := k.name("compress")
	TEXT(name, NOSPLIT, fmt.Sprintf("func(value *%[1]s, offset *int32, x *%[1]s, n, step int) int", k.element()))
	Doc(name+" is genericCompress for whole vectors: n is a multiple of their",
		"length and not 0. It writes up to a vector beyond what it counts.")
	Pragma("noescape")
	value, offset, x := param("value"), param("offset"), param("x")
	n, step := param("n"), param("step")
	lanes := k.bytes() / k.size
	index := func() reg.VecVirtual {
		if k.double() {
			return YMM()
		}
		return ZMM()
	}
	at, move := index(), index()
	VPBROADCASTD(step.As32(), move)
	VPMULLD(iota(), move, at)
	SHLQ(U8(map[int]int{8: 3, 16: 4}[lanes]), step)
	VPBROADCASTD(step.As32(), move)
	total, count := GP64(), GP64()
	XORQ(total, total)
	zero, v, packed, places := ZMM(), ZMM(), ZMM(), index()
	VPXORD(zero, zero, zero)
	some := K()
	Label("vector")
	if k.double() {
		VMOVUPD(Mem{Base: x}, v)
		VCMPPD(U8(4), zero, v, some) // not equal, or NaN
		VCOMPRESSPD_Z(v, some, packed)
		VMOVUPD(packed, Mem{Base: value, Index: total, Scale: 8})
	} else {
		VMOVUPS(Mem{Base: x}, v)
		VCMPPS(U8(4), zero, v, some)
		VCOMPRESSPS_Z(v, some, packed)
		VMOVUPS(packed, Mem{Base: value, Index: total, Scale: 4})
	}
	VPCOMPRESSD_Z(at, some, places)
	VMOVDQU32(places, Mem{Base: offset, Index: total, Scale: 4})
	KMOVW(some, count.As32())
	POPCNTQ(count, count)
	ADDQ(count, total)
	VPADDD(move, at, at)
	ADDQ(U8(64), x)
	SUBQ(U8(lanes), n)
	JNZ(LabelRef("vector"))
	Store(total, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// compressFour is compress for AVX2, which has no instruction for it: four
// elements at a time are moved to the front by the permutation for their mask.
func (k kernel) compressFour() {
	name := k.name("compress")
	TEXT(name, NOSPLIT, fmt.Sprintf("func(value *%[1]s, offset *int32, x *%[1]s, n, step int) int", k.element()))
	Doc(name+" is genericCompress for whole groups of four: n is a multiple of four",
		"and not 0. It writes up to four elements beyond what it counts.")
	Pragma("noescape")
	value, offset, x := param("value"), param("offset"), param("x")
	n, step := param("n"), param("step")
	at, move := XMM(), XMM()
	VMOVD(step.As32(), move)
	VPBROADCASTD(move, move)
	VPMULLD(iota(), move, at)
	VPSLLD(U8(2), move, move)
	singles, doubles := GP64(), GP64()
	LEAQ(permutations(4), singles)
	LEAQ(permutations(8), doubles)
	total := GP64()
	XORQ(total, total)
	places := XMM()
	mask, entry := GP64(), GP64()
	Label("four")
	if k.double() {
		zero, v, some, packed := YMM(), YMM(), YMM(), YMM()
		VXORPD(zero, zero, zero)
		VMOVUPD(Mem{Base: x}, v)
		VCMPPD(U8(4), zero, v, some) // not equal, or NaN
		VMOVMSKPD(some, mask.As32())
		MOVQ(mask, entry)
		SHLQ(U8(4), entry)
		VMOVDQU(Mem{Base: doubles, Index: entry, Scale: 2}, some)
		VPERMPS(v, some, packed)
		VMOVUPD(packed, Mem{Base: value, Index: total, Scale: 8})
	} else {
		zero, v, some, packed := XMM(), XMM(), XMM(), XMM()
		VXORPS(zero, zero, zero)
		VMOVUPS(Mem{Base: x}, v)
		VCMPPS(U8(4), zero, v, some)
		VMOVMSKPS(some, mask.As32())
		MOVQ(mask, entry)
		SHLQ(U8(4), entry)
		VPERMILPS(Mem{Base: singles, Index: entry, Scale: 1}, v, packed)
		VMOVUPS(packed, Mem{Base: value, Index: total, Scale: 4})
	}
	VPERMILPS(Mem{Base: singles, Index: entry, Scale: 1}, at, places)
	VMOVUPS(places, Mem{Base: offset, Index: total, Scale: 4})
	POPCNTQ(mask, mask)
	ADDQ(mask, total)
	VPADDD(move, at, at)
	ADDQ(U8(4*k.size), x)
	SUBQ(U8(4), n)
	JNZ(LabelRef("four"))
	Store(total, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// permutations returns the memory with a permutation of four elements of a
// size, in lanes of 32 bits, for each mask of four bits: it moves the elements
// in the mask to the front.
func permutations(size int) Mem {
	if m, ok := permuted[size]; ok {
		return m
	}
	m := GLOBL(fmt.Sprintf("permutations%d", size), RODATA|NOPTR)
	lanes := size / 4 // an element
	for mask := range 16 {
		to := 16 * lanes * mask
		for element := range 4 {
			if mask>>element&1 == 0 {
				continue
			}
			for lane := range lanes {
				DATA(to, U32(element*lanes+lane))
				to += 4
			}
		}
		for ; to < 16*lanes*(mask+1); to += 4 {
			DATA(to, U32(0))
		}
	}
	permuted[size] = m
	return m
}

var permuted = map[int]Mem{}

// iota returns the memory with 0 to 15.
func iota() Mem {
	if counting == nil {
		m := GLOBL("counting", RODATA|NOPTR)
		for i := range 16 {
			DATA(4*i, U32(i))
		}
		counting = &m
	}
	return *counting
}

var counting *Mem
