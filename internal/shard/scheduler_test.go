package shard

import (
	"strings"
	"testing"

	"gradtwin/compare"
)

func TestParse(t *testing.T) {
	slurm := func(id, first, last, step, count string) map[string]string {
		return map[string]string{
			"SLURM_ARRAY_TASK_ID": id, "SLURM_ARRAY_TASK_MIN": first, "SLURM_ARRAY_TASK_MAX": last,
			"SLURM_ARRAY_TASK_STEP": step, "SLURM_ARRAY_TASK_COUNT": count,
		}
	}
	bazel := map[string]string{"TEST_SHARD_INDEX": "4", "TEST_TOTAL_SHARDS": "5"}
	for _, tt := range []struct {
		text string
		env  map[string]string
		want compare.Shard
		err  string
	}{
		{"3/8", nil, compare.Shard{Index: 3, Count: 8}, ""},
		{"3/8", bazel, compare.Shard{Index: 3, Count: 8}, ""}, // what is said counts
		{"auto", slurm("0", "0", "7", "1", "8"), compare.Shard{Index: 1, Count: 8}, ""},
		{"auto", slurm("8", "1", "8", "1", "8"), compare.Shard{Index: 8, Count: 8}, ""},
		{"auto/8", slurm("8", "1", "8", "1", "8"), compare.Shard{Index: 8, Count: 8}, ""},
		{"auto", slurm("20", "10", "40", "10", "4"), compare.Shard{Index: 2, Count: 4}, ""},
		{"auto/6", map[string]string{"JOB_COMPLETION_INDEX": "5"}, compare.Shard{Index: 6, Count: 6}, ""},
		{"auto", bazel, compare.Shard{Index: 5, Count: 5}, ""},
		{"9/8", nil, compare.Shard{}, `shard "9/8": want I/N with I from 1 to N, as in 3/8, or auto, or auto/N`},
		{"automatic", nil, compare.Shard{}, `shard "automatic"`},
		{"auto/0", bazel, compare.Shard{}, `shard "auto/0": want a number of shards above 0`},
		{"auto/x", bazel, compare.Shard{}, `shard "auto/x"`},
		{"auto", nil, compare.Shard{}, "shard auto: none of the variables SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX, " +
			"TEST_SHARD_INDEX is set"},
		{"auto", map[string]string{"JOB_COMPLETION_INDEX": "5"}, compare.Shard{},
			"Kubernetes' indexed Job does not tell how many there are: want auto/N"},
		{"auto/5", map[string]string{"JOB_COMPLETION_INDEX": "5"}, compare.Shard{},
			"JOB_COMPLETION_INDEX is 5, which is none of 5 numbers from 0 on"},
		{"auto", map[string]string{"JOB_COMPLETION_INDEX": "5", "TEST_SHARD_INDEX": "1"}, compare.Shard{},
			"the variables of Kubernetes' indexed Job and of Bazel's test sharding are set"},
		{"auto", map[string]string{"TEST_SHARD_INDEX": "one", "TEST_TOTAL_SHARDS": "5"}, compare.Shard{},
			`TEST_SHARD_INDEX is "one": want a number`},
		{"auto", map[string]string{"TEST_SHARD_INDEX": "1"}, compare.Shard{}, `TEST_TOTAL_SHARDS is ""`},
		// One task of eight, started again by itself.
		{"auto/8", slurm("5", "5", "5", "1", "1"), compare.Shard{},
			"Slurm's job array has one task, which may be part of a larger one: want I/N"},
		{"auto", slurm("1", "1", "1", "1", "1"), compare.Shard{}, "Slurm's job array has one task"},
		{"auto/1", slurm("1", "1", "1", "1", "1"), compare.Shard{Index: 1, Count: 1}, ""},
		{"auto/8", slurm("5", "1", "6", "1", "6"), compare.Shard{},
			"Slurm's job array has 6 parts, by SLURM_ARRAY_TASK_COUNT: want I/8"},
		{"auto", map[string]string{"TEST_SHARD_INDEX": "0", "TEST_TOTAL_SHARDS": "1"}, compare.Shard{Index: 1, Count: 1}, ""},
		// A list of numbers that are no range: --array=1,3,7.
		{"auto", slurm("7", "1", "7", "1", "3"), compare.Shard{},
			"SLURM_ARRAY_TASK_ID is 7, which is none of 3 numbers from 1 on in steps of 1"},
		{"auto", slurm("8", "1", "7", "2", "4"), compare.Shard{}, "SLURM_ARRAY_TASK_ID is 8"},
		{"auto", slurm("0", "1", "7", "2", "4"), compare.Shard{}, "SLURM_ARRAY_TASK_ID is 0"},
		{"auto", slurm("1", "1", "7", "0", "4"), compare.Shard{}, "steps of 0"},
	} {
		got, err := Parse(tt.text, func(name string) string { return tt.env[name] })
		if got != tt.want || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s with %v: %v, error %v; want %v, %q", tt.text, tt.env, got, err, tt.want, tt.err)
		}
	}
}
