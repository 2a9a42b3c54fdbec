//go:build !openblas

package graph

import "gradtwin/internal/gemm"

// products computes the matrix products.
var products gemmer = gemm.Implementation{}

// BLAS names what computes the matrix products.
const BLAS = "gradtwin/internal/gemm"
