//go:build !openblas

package engine

import "gradtwin/internal/gemm"

// products computes the matrix products.
var products gemmer = gemm.Implementation{}

// BLAS names what computes the matrix products.
const BLAS = "gradtwin/internal/gemm"

// skipsZeros reports whether products with a on the left are computed by package
// gemm.
func skipsZeros[T float32 | float64](a []T) bool { return true }
