package mnist

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// realData returns where MNIST itself is.
func realData(tb testing.TB) string {
	tb.Helper()
	tb.Setenv(OriginEnv, "") // it may name another data set
	s, err := Find(tb.Context(), "")
	if err != nil {
		tb.Skipf("MNIST can be neither found nor fetched: %v", err)
	}
	if s.Origin != OriginCache {
		tb.Fatalf("found as %s, want %s", s.Origin, OriginCache)
	}
	return s.Dir
}

func TestReadMNIST(t *testing.T) {
	d, err := Read(os.DirFS(realData(t)))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range d.Files {
		if !f.Known || f.SHA256 != parts[i].sums[0] {
			t.Errorf("%s: SHA-256 %s, known %t; want %s", f.Name, f.SHA256, f.Known, parts[i].sums[0])
		}
	}
	if len(d.Warnings) > 0 {
		t.Errorf("warnings: %q", d.Warnings)
	}
	// Counted with NumPy 1.24 from the same files.
	checkSet(t, "train", d.Train, statistics{
		60000, 28, 28, 1567298545, 8994156,
		[10]int{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}, [5]int{5, 0, 4, 1, 9},
	})
	checkSet(t, "t10k", d.Test, statistics{
		10000, 28, 28, 264923200, 1511219,
		[10]int{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}, [5]int{7, 2, 1, 0, 4},
	})
}

// The plain files of MNIST are known too.
func TestReadMNISTPlain(t *testing.T) {
	dir := realData(t)
	plain := t.TempDir()
	for _, p := range parts {
		stored, err := os.ReadFile(filepath.Join(dir, p.name+".gz"))
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(bytes.NewReader(stored))
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(plain, p.name), b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	d, err := Read(os.DirFS(plain))
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Warnings) > 0 {
		t.Errorf("warnings: %q", d.Warnings)
	}
	for i, f := range d.Files {
		if !f.Known || f.SHA256 != parts[i].sums[1] {
			t.Errorf("%s: SHA-256 %s, known %t; want %s", f.Name, f.SHA256, f.Known, parts[i].sums[1])
		}
	}
}

func BenchmarkRead(b *testing.B) {
	fsys := os.DirFS(realData(b))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(fsys); err != nil {
			b.Fatal(err)
		}
	}
}
