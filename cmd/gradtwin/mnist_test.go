package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gradtwin/internal/mnist"
)

// realMNIST skips the test with -short. Otherwise the commands that the test runs,
// in this process or another, find MNIST unpacked: unpacking takes most of a short
// run's time.
func realMNIST(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: real MNIST")
	}
	if err := unpackMNIST(); err != nil {
		t.Fatal(err)
	}
}

var unpackMNIST = sync.OnceValue(func() error {
	found, err := mnist.Find(context.Background(), "")
	if err != nil {
		return err
	}
	packed, err := filepath.Glob(filepath.Join(found.Dir, "*-ubyte.gz"))
	if err == nil && len(packed) != 4 {
		err = fmt.Errorf("%s: %d packed files, want 4", found.Dir, len(packed))
	}
	dir := filepath.Join(shared, "mnist")
	err = errors.Join(err, os.Mkdir(dir, 0o777))
	for _, path := range packed {
		err = errors.Join(err, unpack(path, filepath.Join(dir, strings.TrimSuffix(filepath.Base(path), ".gz"))))
	}
	return errors.Join(err, os.Setenv(mnist.OriginEnv, dir))
})

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
