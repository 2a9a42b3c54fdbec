//go:build openblas

package graph

import "gonum.org/v1/netlib/blas/netlib"

// products computes the matrix products: build with the tag openblas, and with
// CGO_LDFLAGS=-lopenblas.
var products gemmer = netlib.Implementation{}

// BLAS names what computes the matrix products.
const BLAS = "OpenBLAS"
