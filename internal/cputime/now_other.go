//go:build !linux

package cputime

import "time"

var begun = time.Now()

func now() time.Duration { return time.Since(begun) }
