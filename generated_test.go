package gradtwin_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The assembly in the packages of vector code is what their generators write.
func TestAssemblyIsCurrent(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: builds the generators")
	}
	for _, pkg := range []string{"simd", "gemm"} {
		t.Run(pkg, func(t *testing.T) {
			dir := t.TempDir()
			program := filepath.Join(dir, "asm")
			if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program,
				"./internal/"+pkg+"/asm").CombinedOutput(); err != nil {
				t.Fatalf("go build: %v\n%s", err, out)
			}
			const assembly, stubs = "kernels_amd64.s", "kernels_amd64.go"
			run := exec.CommandContext(t.Context(), program, "-out", assembly, "-stubs", stubs, "-pkg", pkg)
			run.Dir = dir
			if out, err := run.CombinedOutput(); err != nil {
				t.Fatalf("%v: %v\n%s", run, err, out)
			}
			for _, name := range []string{assembly, stubs} {
				got, err := os.ReadFile(filepath.Join(dir, name))
				if err != nil {
					t.Fatal(err)
				}
				want, err := os.ReadFile(filepath.Join("internal", pkg, name))
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, want) {
					t.Errorf("%s is not what the generator writes: run go generate ./internal/%s", name, pkg)
				}
			}
		})
	}
}
