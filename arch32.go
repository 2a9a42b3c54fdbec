//go:build 386 || arm || mips || mipsle

package gradtwin

// Sizes and element numbers are ints, and are checked against limits beyond 2³¹.
var _ int = "gradtwin needs a processor of 64 bits: GOARCH amd64, arm64, …"
