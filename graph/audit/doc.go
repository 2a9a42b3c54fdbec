// Package audit checks every operation of Gorgonia's public API against central
// differences, and writes down which are wrong and what to use instead.
package audit

//go:generate go run gradtwin/cmd/gradtwin audit --markdown ../../docs
