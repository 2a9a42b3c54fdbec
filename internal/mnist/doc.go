// Package mnist finds and reads data sets in MNIST's format: four IDX files,
// the images and labels of a training set and of a test set.
//
// LeCun, Cortes and Burges, The MNIST database of handwritten digits, which
// also defines the IDX format.
package mnist
