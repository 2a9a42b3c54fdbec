package compare_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"

	"gradtwin/compare"
)

// A check in three parts, each of which a machine of its own could make. What
// goes from there to the one that joins them is JSON.
func ExampleMerge() {
	ctx := context.Background()
	options := compare.Options{Mode: compare.Full, Seed: 8}
	var parts []*compare.Part
	for i := 1; i <= 3; i++ {
		part, err := compare.CheckShard(ctx, quadratic(), options, compare.Shard{Index: i, Count: 3})
		if err != nil {
			log.Fatal(err)
		}
		text, err := json.Marshal(part)
		if err != nil {
			log.Fatal(err)
		}
		received := &compare.Part{}
		if err := json.Unmarshal(text, received); err != nil {
			log.Fatal(err)
		}
		parts = append(parts, received)
	}

	if _, err := compare.Merge(parts[1:]); err != nil {
		fmt.Println(err)
	}
	report, err := compare.Merge(parts)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d of %d wrong, the worst is %s\n", report.Counts.Wrong, report.Checked, report.Worst[0].Name())
	// Output:
	// missing: shard 1/3
	// 1 of 3 wrong, the worst is y[0]
}
