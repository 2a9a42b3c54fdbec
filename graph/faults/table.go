package faults

import (
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"gradtwin/graph/internal/memory"
	"gradtwin/graph/internal/peek"
)

// Texts that several faults share.
const (
	insteadOfDropout   = "the product with a mask of your own, which holds 0 or 1/(1−p)"
	insteadOfByIndices = "Transpose to axis 0, a vector as a column, or Mul with a one-hot matrix"
	insteadOfAverage   = "Conv2d with a constant filter on images of shape (N·C, 1, H, W)"
	insteadOfCTC       = "CTCLoss of a LogSoftMax with ReductionSum, as the cost itself"
	lastAxis           = "Transpose so that the axis is last"
)

// Overwriting is the fault of an element-wise operation that overwrites the operand
// of a Reshape, which shares its memory. No single node shows it: package graph finds
// it by following a run.
var Overwriting = Known{
	Op: "Reshape", Effect: Derivative,
	Problem: "an element-wise operation on Reshape(f(x)) writes over f(x), which the derivative of f needs",
	Instead: "f(Reshape(x)) ∘ y in place of Reshape(f(x)) ∘ y",
}

// Table returns all known faults.
func Table() []Known { return append(slices.Clone(table), Overwriting) }

// table is in the order of Gorgonia's documentation: element by element,
// reductions, linear algebra, tensors, networks.
var table = []Known{
	{
		Op: "Log2", Effect: Derivative,
		Problem: "the derivative of Log2 is ln 2/x where 1/(x·ln 2) is right",
		Instead: "Log(x)·(1/ln 2)",
		match:   func(n node) bool { return isElementwise(n.Node, "log2") },
	},
	{
		Op: "InverseSqrt", Effect: Derivative,
		Problem: "the derivative of InverseSqrt is wrong",
		Instead: "Inverse(Sqrt(x))",
		match:   func(n node) bool { return isElementwise(n.Node, "invSqrt") },
	},
	{
		Op: "MinBetween", Effect: Failure,
		Problem: "MinBetween with a scalar is an error",
		Instead: "a − Rectify(a−b)",
		match:   func(n node) bool { return n.kind == "minBetween" && n.IsScalar() },
	},
	{
		Op: "MaxBetween", Effect: Failure,
		Problem: "MaxBetween with a scalar is an error",
		Instead: "Rectify(a−b) + b",
		match:   func(n node) bool { return n.kind == "maxBetween" && n.IsScalar() },
	},
	{
		Op: "Sum", Effect: Value,
		Problem: "Sum and Mean along an inner axis read the wrong elements",
		Instead: lastAxis + ", and Sum along that; for axes 2 and 3 of four, Sum(Sum(x, 3), 2)",
		match: func(n node) bool {
			return n.kind == "sumOp" && reducesInside(n.in[0].Shape(), peek.Ints(n.op, "along"))
		},
	},
	{
		Op: "Max", Effect: Value,
		Problem: "Max along an inner axis reads the wrong elements",
		Instead: lastAxis + ", and Max along that",
		match: func(n node) bool {
			return n.kind == "maxOp" && reducesInside(n.in[0].Shape(), peek.Ints(n.op, "along"))
		},
	},
	{
		Op: "Max", Case: "at ties", Effect: Derivative,
		Problem: "the derivative of Max is 1 at each of several largest elements, where their shares must add up to 1",
		match:   func(n node) bool { return n.kind == "maxOp" && !fromRectify(n.in[0]) && ties(n) },
	},
	{
		Op: "Max", Case: "beyond axis 3", Effect: Failure,
		Problem: "the derivative of Max along axis 4 or a later one is an error",
		Instead: "Transpose so that the axis is first, and Max along that",
		match: func(n node) bool {
			return n.kind == "maxOp" && slices.ContainsFunc(peek.Ints(n.op, "along"), func(axis int) bool { return axis > 3 })
		},
	},
	{
		Op: "Broadcast", Effect: Derivative,
		Problem: "the derivative of a broadcast along an inner axis is a sum along it, which reads the wrong elements",
		Instead: lastAxis + ", broadcast, and Transpose back",
		// Only the gradient shows which axis is an inner one: it sums along later axes
		// first, which removes them.
		gradient: true,
		match: func(n node) bool {
			return n.kind == "sumOp" && reducesInside(n.in[0].Shape(), peek.Ints(n.op, "along"))
		},
	},
	{
		Op: "LogSumExp", Effect: Value,
		Problem: "LogSumExp adds the maximum inside the logarithm, and sums once more",
		Instead: "Mean(x − LogSoftMax(x, axis), axis)",
		match:   isLogSumExp,
	},
	{
		Op: "Norm", Effect: Value,
		Problem: "Norm of an odd p takes no absolute value, and an element is negative",
		Instead: "Sum(Abs(x)) for p = 1, Pow(Sum(Cube(Abs(x))), 1/3) for p = 3",
		match:   isOddNorm,
	},
	{
		Op: "OuterProd", Effect: Derivative,
		Problem: "the derivative of OuterProd is wrong, or an error for vectors of different lengths",
		Instead: "Mul of an n×1 and a 1×m matrix",
		match: func(n node) bool {
			const outerProd = 3 // of Gorgonia's āBinaryOperator
			op := peek.Field(n.op, "āBinaryOperator")
			return n.kind == "linAlgBinOp" && op.IsValid() && op.CanUint() && op.Uint() == outerProd
		},
	},
	{
		Op: "Tensordot", Effect: Failure,
		Problem: "Tensordot is an error where the contracted axes have one element, " +
			"and its derivative where the other axes of an operand have, but for a matrix and a vector",
		Instead: "Reshape the axes into one, and Mul",
		match:   contractsOne,
	},
	{
		Op: "Tensordot", Case: "of a scalar", Effect: SomeUses,
		Problem: "the scalar that Tensordot gives is a vector when it is computed, and element-wise operations on it fail",
		Instead: "Sum of the product",
		match:   func(n node) bool { return n.kind == "tensordotOp" && n.IsScalar() },
	},
	{
		Op: "At", Effect: Failure,
		Problem: "At is never computed",
		Instead: "Slice with S(i) for every axis",
		match:   func(n node) bool { return n.kind == "atOp" },
	},
	{
		Op: "ByIndices", Effect: Value,
		Problem: "ByIndices along an inner axis reads the wrong elements",
		Instead: insteadOfByIndices,
		match: func(n node) bool {
			axis, ok := peek.Int(n.op, "axis")
			return n.kind == "byIndicesOp" && ok && axis > 0 && axis < n.in[0].Dims()-1
		},
	},
	{
		Op: "ByIndices", Effect: Derivative,
		Problem: "the derivative of ByIndices, of a vector or not along axis 0, is wrong or panics for most indices",
		Instead: insteadOfByIndices,
		match: func(n node) bool {
			axis, ok := peek.Int(n.op, "axis")
			return n.kind == "byIndicesOp" && ok && (axis != 0 || n.in[0].Dims() < 2)
		},
	},
	{
		Op: "Slice", Effect: Value,
		Problem: "a slice by steps leaves out its last element where the length is not a multiple of the step",
		Instead: "ByIndices, or an end that makes the length a multiple",
		match:   leavesOut,
	},
	{
		Op: "Slice", Case: "of one element", Effect: Failure,
		Problem: "a slice by steps that has one element, and a Slice of one element after another axis was cut to one, panic",
		match:   func(n node) bool { return n.kind == "sliceOp" && n.in[0].Shape().TotalSize() == 1 },
	},
	{
		Op: "SoftMax", Effect: Derivative,
		Problem: "the derivative of SoftMax and LogSoftMax of a column is wrong where no axis is given",
		Instead: "give axis 0",
		match: func(n node) bool {
			axis, ok := peek.Int(n.op, "axis")
			s := n.Shape()
			return n.kind == "softmaxOp" && ok && axis < 0 && len(s) == 2 && s[1] == 1 && s[0] > 1
		},
	},
	{
		Op: "Sparsemax", Effect: Value,
		Problem: "Sparsemax is right on vectors and along the rows of matrices alone",
		Instead: "Transpose, or Reshape to a matrix, and give no axis",
		match: func(n node) bool {
			axis, ok := peek.Int(n.op, "axis")
			dims := n.Dims()
			return n.kind == "sparsemaxOp" && ok && !(axis < 0 && dims <= 2 || axis == 1 && dims == 2)
		},
	},
	{
		Op: "ConvType", Effect: Failure,
		Problem: "ConvType converts between int and a float alone",
		match: func(n node) bool {
			if n.kind != "dtConvOp" {
				return false
			}
			from, to := n.in[0].Dtype(), n.Dtype()
			return !(from == tensor.Int && memory.IsFloat(to) || memory.IsFloat(from) && to == tensor.Int)
		},
	},
	{
		Op: "ConvType", Effect: Failure,
		Problem: "the derivative of ConvType of a tensor to int panics",
		match: func(n node) bool {
			return n.kind == "dtConvOp" && memory.IsFloat(n.in[0].Dtype()) && n.Dtype() == tensor.Int && n.Dims() > 0
		},
	},
	{
		Op: "DiagFlat", Effect: Failure,
		Problem: "DiagFlat of one element is an error",
		match:   func(node) bool { return false }, // it has no node
	},
	{
		Op: "Reshape", Case: "of a scalar", Effect: SomeUses,
		Problem: "element-wise operations fail on the scalar that Reshape makes, and on the vector that it makes of one",
		match:   func(n node) bool { return n.kind == "reshapeOp" && (n.IsScalar() || n.in[0].IsScalar()) },
	},
	{
		Op: "AveragePool2D", Effect: Value,
		Problem: "AveragePool2D divides by the image's width instead of the kernel's size",
		Instead: insteadOfAverage,
		match: func(n node) bool {
			return n.kind == "avgPoolOp" && settings(n.op, "h", "w").TotalSize() != n.in[0].Shape()[3]
		},
	},
	{
		Op: "AveragePool2D", Effect: Derivative,
		Problem: "the derivative of AveragePool2D is right for strides of 1 without pads alone",
		Instead: insteadOfAverage,
		match:   averagesByStrides,
	},
	{
		Op: "AveragePool1D", Effect: Value,
		Problem: "AveragePool1D takes the maximum, as MaxPool1D does; the graph does not show which of them was called",
		Instead: "for an average, Conv2d with a constant filter of shape (1, 1, 1, kernel); MaxPool1D is right",
		match: func(n node) bool {
			w, _ := peek.Int(n.op, "w")
			return n.kind == "maxPoolOp" && w > 1 && settings(n.op, "h", "strideH", "padNorth").Eq(tensor.Shape{1, 1, 0})
		},
	},
	{
		Op: "MaxPool2D", Effect: Value,
		Problem: "MaxPool2D with different pads on two sides takes one for the other",
		Instead: "Concat an edge of −1e9, and no pads",
		match:   func(n node) bool { return n.kind == "maxPoolOp" && padsUnequally(n.op) },
	},
	{
		Op: "GlobalAveragePool2D", Effect: Failure,
		Problem: "the derivative of GlobalAveragePool2D cannot be built: it panics",
		Instead: "Reshape(Mean(Mean(x, 3), 2), tensor.Shape{N, C, 1, 1})",
		match:   func(n node) bool { return n.kind == "globalAveragePoolOp" },
	},
	{
		Op: "BatchNorm", Effect: Derivative,
		Problem: "the derivative of BatchNorm of images is wrong in evaluation mode",
		Instead: "γ·(x − mean)/√(variance + ε) + β, by hand with broadcasts",
		match: func(n node) bool {
			training, ok := peek.Bool(n.op, "training")
			s := n.Shape()
			return n.kind == "BatchNormOp" && ok && !training && len(s) == 4 && s[2]*s[3] > 1
		},
	},
	{
		Op: "Dropout", Effect: Derivative,
		Problem: "the derivative of Dropout(p) is dy/p where dy/(1−p) is right, and dy in evaluation mode",
		Instead: insteadOfDropout,
		match: func(n node) bool {
			p, _ := peek.Float(n.op, "probability")
			training, _ := peek.Bool(n.op, "isTraining")
			return n.kind == "dropoutOp" && (p != 0.5 || !training)
		},
	},
	{
		Op: "Dropout", Effect: Derivative,
		Problem: "the derivative of Dropout is 0 wherever its operand is exactly 0, because the mask is read off the result",
		Instead: insteadOfDropout,
		match: func(n node) bool {
			p, _ := peek.Float(n.op, "probability")
			training, _ := peek.Bool(n.op, "isTraining")
			return n.kind == "dropoutOp" && p == 0.5 && training && !fromRectify(n.in[0]) && slices.Contains(n.value(n.in[0]), 0)
		},
	},
	{
		Op: "Dropout", Case: "of a scalar", Effect: Failure,
		Problem: "Dropout of a scalar is an error",
		match:   func(n node) bool { return n.kind == "dropoutOp" && n.IsScalar() },
	},
	{
		Op: "CTCLoss", Effect: Derivative,
		Problem: "the derivative of CTCLoss is right for the outcome of a LogSoftMax alone",
		Instead: insteadOfCTC,
		match: func(n node) bool {
			return n.kind == "ctcLossOp" && !isLogSoftMax(n.in[0])
		},
	},
	{
		Op: "CTCLoss", Effect: Derivative,
		Problem: "the derivative of CTCLoss with ReductionMean is not divided as the loss is",
		Instead: insteadOfCTC,
		match: func(n node) bool {
			reduction := peek.Field(n.op, "reduction")
			return n.kind == "ctcLossOp" && reduction.IsValid() && reduction.CanUint() &&
				gorgonia.Reduction(reduction.Uint()) == gorgonia.ReductionMean &&
				n.in[1].Shape().TotalSize() > 1
		},
	},
	{
		Op: "CTCLoss", Case: "of shorter sequences", Effect: Derivative,
		Problem: "the derivative of CTCLoss is NaN beyond the end of a sequence shorter than the batch",
		match: func(n node) bool {
			return n.kind == "ctcLossOp" &&
				slices.ContainsFunc(integers(n.in[2]), func(steps int) bool { return steps < n.in[0].Shape()[0] })
		},
	},
	{
		Op: "CTCLoss", Effect: SomeUses,
		Problem: "the scalar that CTCLoss gives is a tensor when it is computed, and element-wise operations on it fail",
		Instead: insteadOfCTC,
		match:   func(n node) bool { return n.kind == "ctcLossOp" },
	},
}
