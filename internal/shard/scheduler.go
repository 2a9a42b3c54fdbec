// Package shard finds out which part of a divided check a process is to make,
// and keeps what it found in a file.
package shard

import (
	"fmt"
	"strconv"
	"strings"

	"gradtwin/compare"
)

// Auto asks for the shard that the scheduler gives the process. Auto/8 says how
// many there are, where the scheduler does not.
const Auto = "auto"

// BazelStatusFile is the variable with the file that a sharded test of Bazel's
// touches, to say that it knows of shards.
const BazelStatusFile = "TEST_SHARD_STATUS_FILE"

// scheduler is a program that starts many processes and numbers them.
type scheduler struct {
	name  string
	index string // the variable that holds the process's number
	first string // the one that holds the first process's, "" where that is 0
	step  string // the one that holds the distance of two, "" where that is 1
	count string // the one that holds how many there are, "" where there is none
}

// The variables are those of the schedulers' documentation: Slurm's job arrays,
// Kubernetes' indexed Jobs, Bazel's test encyclopedia.
var schedulers = []scheduler{
	{"Slurm's job array", "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_STEP",
		"SLURM_ARRAY_TASK_COUNT"},
	{"Kubernetes' indexed Job", "JOB_COMPLETION_INDEX", "", "", ""},
	{"Bazel's test sharding", "TEST_SHARD_INDEX", "", "", "TEST_TOTAL_SHARDS"},
}

// Parse reads a shard: 3/8, or auto or auto/8 for the one that the environment
// names.
func Parse(text string, getenv func(string) string) (compare.Shard, error) {
	if text != Auto && !strings.HasPrefix(text, Auto+"/") {
		s, err := compare.ParseShard(text)
		if err != nil {
			err = fmt.Errorf("%w, or %s, or %s/N", err, Auto, Auto)
		}
		return s, err
	}
	given := 0
	if _, count, ok := strings.Cut(text, "/"); ok {
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 {
			return compare.Shard{}, fmt.Errorf("shard %q: want a number of shards above 0, as in %s/8", text, Auto)
		}
		given = n
	}
	s, err := fromEnvironment(given, getenv)
	if err != nil {
		err = fmt.Errorf("shard %s: %w", text, err)
	}
	return s, err
}

// fromEnvironment returns the shard of the scheduler whose variables are there.
// given is how many shards there are, 0 where only the scheduler knows.
func fromEnvironment(given int, getenv func(string) string) (compare.Shard, error) {
	var found []scheduler
	var names, variables []string
	for _, s := range schedulers {
		variables = append(variables, s.index)
		if getenv(s.index) != "" {
			found, names = append(found, s), append(names, s.name)
		}
	}
	switch len(found) {
	case 0:
		return compare.Shard{}, fmt.Errorf("none of the variables %s is set: want I/N, as in 3/8",
			strings.Join(variables, ", "))
	case 1:
		return found[0].shard(given, getenv)
	}
	return compare.Shard{}, fmt.Errorf("the variables of %s are set: want I/N, as in 3/8", strings.Join(names, " and of "))
}

func (s scheduler) shard(given int, getenv func(string) string) (compare.Shard, error) {
	var err error
	read := func(variable string, otherwise int) int {
		if variable == "" || err != nil {
			return otherwise
		}
		text := getenv(variable)
		n, e := strconv.Atoi(text)
		if e != nil || n < 0 {
			err = fmt.Errorf("%s is %q: want a number, 0 or more", variable, text)
		}
		return n
	}
	index, first, step, count := read(s.index, 0), read(s.first, 0), read(s.step, 1), read(s.count, given)
	switch {
	case err != nil:
		return compare.Shard{}, err
	case count == 0:
		return compare.Shard{}, fmt.Errorf("%s does not tell how many there are: want %s/N", s.name, Auto)
	case s.first != "" && count == 1 && given != 1:
		// As when one task of an array is started again: which of the others it
		// is, and how many there were, is not in the variables.
		return compare.Shard{}, fmt.Errorf("%s has one task, which may be part of a larger one: want I/N, as in 3/8 or 1/1",
			s.name)
	case given > 0 && given != count:
		return compare.Shard{}, fmt.Errorf("%s has %d parts, by %s: want I/%d", s.name, count, s.count, given)
	case step < 1 || (index-first)%step != 0 || index < first || (index-first)/step >= count:
		return compare.Shard{}, fmt.Errorf("%s is %d, which is none of %d numbers from %d on in steps of %d: want I/N, as "+
			"in 3/8", s.index, index, count, first, step)
	}
	return compare.Shard{Index: (index-first)/step + 1, Count: count}, nil
}
