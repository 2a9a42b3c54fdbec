// Package audit tells which of Gorgonia's operations differentiate correctly:
// every one that its public face offers, against central differences.
package audit

//go:generate go run gradtwin/cmd/gradtwin audit --markdown ../../docs
