// Package compare sets two gradients of the same function against each other,
// and two backends of the same network.
package compare
