package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa is an instruction set: how a Group lies in its registers.
type isa struct {
	name   string
	vec    func() reg.VecVirtual
	parts  int // registers a group
	size   int // bytes a register
	tile   int // columns that Product computes together
	groups int // of which it takes as many together
	// classes is how many classes' exponentials Loss computes together.
	classes int
	kept    map[string]reg.VecVirtual
}

var isas = []isa{
	// 12 sums, 2 of the inputs and 1 weight fit into 16 registers, twice as
	// many sums into 32.
	{name: "AVX2", vec: YMM, parts: 2, size: 32, tile: 6, groups: 1, classes: 2},
	{name: "AVX512", vec: ZMM, parts: 1, size: 64, tile: 12, groups: 2, classes: 1},
}

// groupBytes is the size of a Group.
const groupBytes = 64

// vecs returns the registers of one group.
func (i isa) vecs() []reg.VecVirtual {
	v := make([]reg.VecVirtual, i.parts)
	for p := range v {
		v[p] = i.vec()
	}
	return v
}

// load loads a group.
func (i isa) load(m operand.Mem) []reg.VecVirtual {
	v := i.vecs()
	for p := range v {
		VMOVUPD(m.Offset(p*i.size), v[p])
	}
	return v
}

// store stores a group.
func (i isa) store(v []reg.VecVirtual, m operand.Mem) {
	for p := range v {
		VMOVUPD(v[p], m.Offset(p*i.size))
	}
}

// broadcast loads one number into all lanes.
func (i isa) broadcast(m operand.Op) reg.VecVirtual {
	v := i.vec()
	VBROADCASTSD(m, v)
	return v
}

// broadcastParam loads a float64 parameter into all lanes.
func (i isa) broadcastParam(name string) reg.VecVirtual {
	return i.broadcast(address(name))
}

// address returns where a parameter is.
func address(name string) operand.Mem {
	p, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}

func (i isa) zero() reg.VecVirtual {
	v := i.vec()
	VXORPD(v, v, v)
	return v
}

func (i isa) function(name, signature, doc string) {
	TEXT(name+i.name, NOSPLIT, signature)
	Doc(name + i.name + " " + doc)
	Pragma("noescape")
}

func param(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }
