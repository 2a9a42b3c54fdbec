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
		kernel{"AVX2", false, size, 13}.compress()
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

// toBytes makes a number of elements one of bytes.
func (k kernel) toBytes(n reg.GPVirtual) {
	if k.double() {
		SHLQ(U8(3), n)
	} else {
		SHLQ(U8(2), n)
	}
}

func param(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }

// rows writes the product of sparse rows with a matrix. There is one loop for
// each number of vectors in a row of the result, all in registers. The last ends
// where the row does: it has some columns of the one before it once more. Of a
// single vector only the lanes in the mask are loaded and stored.
func (k kernel) rows() {
	mask := "mask *int32" // mask and back tell of the last vector
	if k.avx512 {
		mask = "mask uint64"
	}
	name := k.name("rows")
	TEXT(name, NOSPLIT, fmt.Sprintf("func(dst *%[1]s, ldc int, count, column *int32, value, b *%[1]s, ldb, rows, "+
		"vectors, back int, %s, add bool)", k.element(), mask))
	Doc(name+" is genericRows for the first columns of dst: so many vectors of them,",
		"the last moved by back elements; of a single one the lanes in the mask. There is",
		"at least one row.")
	Pragma("noescape")
	dst, ldc, count := param("dst"), param("ldc"), param("count")
	column, value, b := param("column"), param("value"), param("b")
	ldb, rows, vectors, back := param("ldb"), param("rows"), param("vectors"), param("back")
	add := Load(Param("add"), GP8()).(reg.GPVirtual)
	for _, elements := range []reg.GPVirtual{ldc, ldb, back} {
		k.toBytes(elements)
	}
	lastB := GP64() // of the last vector
	LEAQ(Mem{Base: b, Index: back, Scale: 1}, lastB)
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
	of := func(j, v int) Mem { // of dst
		m := Mem{Base: dst, Disp: j * k.bytes()}
		if j == v-1 {
			m.Index, m.Scale = back, 1
		}
		return m
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
			if v == 1 {
				t.load(Mem{Base: dst}, s)
			} else {
				VMOVUPS(of(j, v), s)
			}
		}
		Label(label("begin"))
		TESTQ(n, n)
		JZ(LabelRef(label("store")))
		Label(label("term"))
		MOVLQSX(Mem{Base: column}, at)
		IMULQ(ldb, at)
		if k.double() {
			VBROADCASTSD(Mem{Base: value}, x)
		} else {
			VBROADCASTSS(Mem{Base: value}, x)
		}
		for j, s := range sum {
			m := Mem{Base: b, Index: at, Scale: 1, Disp: j * k.bytes()}
			if j == v-1 {
				m.Base = lastB
			}
			switch {
			case v == 1:
				t.multiplyAdd(m, x, s)
			case k.double():
				VFMADD231PD(m, x, s)
			default:
				VFMADD231PS(m, x, s)
			}
		}
		ADDQ(U8(4), column)
		ADDQ(U8(k.size), value)
		DECQ(n)
		JNZ(LabelRef(label("term")))
		Label(label("store"))
		for j, s := range sum {
			if v == 1 {
				t.store(s, Mem{Base: dst})
			} else {
				VMOVUPS(s, of(j, v))
			}
		}
		ADDQ(ldc, dst)
		DECQ(rows)
		JNZ(LabelRef(label("row")))
		VZEROUPPER()
		RET()
	}
}

// tail handles the lanes of a row that is shorter than a vector.
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

// compress writes the search for the elements of rows that are not 0. What moves
// some of a vector to the front differs: AVX-512 has an instruction for it, and with
// AVX2 it is a permutation of four elements for each mask of four bits.
func (k kernel) compress() {
	name := k.name("compress")
	lanes := 4
	if k.avx512 {
		lanes = k.bytes() / k.size
	}
	TEXT(name, NOSPLIT, fmt.Sprintf("func(value *%[1]s, column, count *int32, x *%[1]s, ldx, rows, n int) int",
		k.element()))
	Doc(name+fmt.Sprintf(" is genericCompress for rows of whole groups of %d elements: n is a", lanes),
		"multiple of that, and no number is 0. It writes up to a group beyond what it counts.")
	Pragma("noescape")
	value, column, count := param("value"), param("column"), param("count")
	x, ldx, rows, n := param("x"), param("ldx"), param("rows"), param("n")
	SUBQ(n, ldx)
	k.toBytes(ldx)
	move := k.moveFour
	if k.avx512 {
		move = k.moveVector
	}
	front := move()
	total, left, before, step := GP64(), GP64(), GP64(), GP64()
	XORQ(total, total)
	at, increment := k.columns(lanes), k.columns(lanes)
	MOVQ(U64(uint64(lanes)), step)
	if k.avx512 {
		VPBROADCASTD(step.As32(), increment)
	} else {
		VMOVD(step.As32(), increment)
		VPBROADCASTD(increment, increment)
	}
	Label("row")
	k.loadColumns(iota(), at)
	MOVQ(total, before)
	MOVQ(n, left)
	Label("group")
	ADDQ(front(Mem{Base: x}, at, Mem{Base: value, Index: total, Scale: uint8(k.size)},
		Mem{Base: column, Index: total, Scale: 4}), total)
	VPADDD(increment, at, at)
	ADDQ(U8(lanes*k.size), x)
	SUBQ(U8(lanes), left)
	JNZ(LabelRef("group"))
	ADDQ(ldx, x)
	NEGQ(before)
	ADDQ(total, before)
	MOVL(before.As32(), Mem{Base: count})
	ADDQ(U8(4), count)
	DECQ(rows)
	JNZ(LabelRef("row"))
	Store(total, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// columns returns a register for so many columns.
func (k kernel) columns(lanes int) reg.VecVirtual {
	return map[int]func() reg.VecVirtual{4: XMM, 8: YMM, 16: ZMM}[lanes]()
}

func (k kernel) loadColumns(m Mem, v reg.VecVirtual) {
	if k.avx512 {
		VMOVDQU32(m, v)
	} else {
		VMOVDQU(m, v)
	}
}

// mover writes what stores the elements at x that are not 0, and their columns, and
// returns their number.
type mover func(x Mem, at reg.VecVirtual, value, column Mem) reg.GPVirtual

func (k kernel) moveVector() mover {
	zero := ZMM()
	VPXORD(zero, zero, zero)
	return func(x Mem, at reg.VecVirtual, value, column Mem) reg.GPVirtual {
		v, packed, places, some, count := ZMM(), ZMM(), k.columns(k.bytes()/k.size), K(), GP64()
		if k.double() {
			VMOVUPD(x, v)
			VCMPPD(U8(4), zero, v, some) // not equal, or NaN
			VCOMPRESSPD_Z(v, some, packed)
			VMOVUPD(packed, value)
		} else {
			VMOVUPS(x, v)
			VCMPPS(U8(4), zero, v, some)
			VCOMPRESSPS_Z(v, some, packed)
			VMOVUPS(packed, value)
		}
		VPCOMPRESSD_Z(at, some, places)
		VMOVDQU32(places, column)
		KMOVW(some, count.As32())
		POPCNTQ(count, count)
		return count
	}
}

func (k kernel) moveFour() mover {
	singles, doubles := GP64(), GP64()
	LEAQ(permutations(4), singles)
	if k.double() {
		LEAQ(permutations(8), doubles)
	}
	return func(x Mem, at reg.VecVirtual, value, column Mem) reg.GPVirtual {
		mask, entry, places := GP64(), GP64(), XMM()
		if k.double() {
			zero, v, some, packed := YMM(), YMM(), YMM(), YMM()
			VXORPD(zero, zero, zero)
			VMOVUPD(x, v)
			VCMPPD(U8(4), zero, v, some) // not equal, or NaN
			VMOVMSKPD(some, mask.As32())
			MOVQ(mask, entry)
			SHLQ(U8(4), entry)
			VMOVDQU(Mem{Base: doubles, Index: entry, Scale: 2}, some)
			VPERMPS(v, some, packed)
			VMOVUPD(packed, value)
		} else {
			zero, v, some, packed := XMM(), XMM(), XMM(), XMM()
			VXORPS(zero, zero, zero)
			VMOVUPS(x, v)
			VCMPPS(U8(4), zero, v, some)
			VMOVMSKPS(some, mask.As32())
			MOVQ(mask, entry)
			SHLQ(U8(4), entry)
			VPERMILPS(Mem{Base: singles, Index: entry, Scale: 1}, v, packed)
			VMOVUPS(packed, value)
		}
		VPERMILPS(Mem{Base: singles, Index: entry, Scale: 1}, at, places)
		VMOVUPS(places, column)
		POPCNTQ(mask, mask)
		return mask
	}
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
