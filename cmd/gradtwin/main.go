// Command gradtwin checks the symbolic gradients of a network against its
// numerical ones, and trains with both.
package main

import "os"

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}
