package main

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gradtwin/internal/mnist"
)

// realMNIST has the test and the commands that it runs read MNIST unpacked, which
// takes most of a short run's time else. It skips the test with -short.
func realMNIST(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: real MNIST")
	}
	dir, err := unpackedMNIST()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(mnist.OriginEnv, dir)
}

// unpackedMNIST is a folder, which is removed after all tests.
var unpackedMNIST = sync.OnceValues(func() (string, error) {
	found, err := mnist.Find(context.Background(), "")
	if err != nil {
		return "", err
	}
	packed, err := filepath.Glob(filepath.Join(found.Dir, "*-ubyte.gz"))
	if err != nil || len(packed) == 0 {
		return found.Dir, err
	}
	dir, err := os.MkdirTemp("", "gradtwin-mnist-")
	if err != nil {
		return "", err
	}
	removals = append(removals, dir)
	for _, path := range packed {
		if err := unpack(path, filepath.Join(dir, strings.TrimSuffix(filepath.Base(path), ".gz"))); err != nil {
			return "", err
		}
	}
	return dir, nil
})

// removals are folders to remove after all tests.
var removals []string

func unpack(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	z, err := gzip.NewReader(in)
	if err != nil {
		return err
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, z)
	return errors.Join(err, out.Close())
}
