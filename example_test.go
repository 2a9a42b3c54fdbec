package gradtwin_test

import (
	"fmt"

	"gradtwin"
)

// The first batch of the experiment's run on a fixed batch: what NumPy's
// random.seed(8) and random.choice(60000, 10) give.
func ExampleRand() {
	rows := make([]int, 10)
	gradtwin.NewRand(8).Choice(rows, 60000)
	fmt.Println(rows)
	// Output: [4547 25940 18417 59753 34949 10376 39763 5480 11967 2096]
}

func ExampleSpec_Layout() {
	layout := gradtwin.Experiment().Layout()
	for _, t := range layout {
		fmt.Println(t.Name, t.Shape)
	}
	fmt.Println(layout.Len(), "elements; number 39249 is", layout.Element(39249))
	// Output:
	// W1 [784 50]
	// b1 [50]
	// W2 [50 100]
	// b2 [100]
	// W3 [100 10]
	// b3 [10]
	// 45360 elements; number 39249 is b1[49]
}
