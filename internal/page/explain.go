package page

import (
	"fmt"
	"html/template"
)

// explanation is what stands folded beside a picture.
type explanation struct{ Question, Answer template.HTML }

// explain returns an explanation, to be unfolded by who asks.
func explain(key string) (template.HTML, error) {
	e, ok := explanations[key]
	if !ok {
		return "", fmt.Errorf("no explanation %q", key)
	}
	return template.HTML("<details class=\"explain\"><summary>") + e.Question + "</summary><p>" + e.Answer + "</p></details>", nil
}

// explanations are written for who learns backpropagation, by their place on the
// page.
var explanations = map[string]explanation{
	"check": {"What is checked, and how?", `The <b>symbolic gradient</b> comes from the chain rule: Gorgonia derives ∂L/∂w for every weight w from the network's formulas.
The <b>numerical gradient</b> knows no formulas: it moves one weight by ±h and watches the loss, <b>(L(w+h) − L(w−h)) / 2h</b>, a <i>central difference</i>.
Both are computed apart from each other, so an error in one shows as a difference. What may differ is measured, not guessed: the loss is rounded to about ε, its <b>noise</b>,
so a difference is off by about ε/h, and that is the <b>bound</b> of an element. The <b>negative control</b> corrupts one value that passed, to prove that the check can fail.`},
	"loss": {"What does this show?", `The loss says how wrong the network is on a batch: the mean of −ln(y + δ), y being the probability that it gives to the right digit. δ keeps the logarithm
finite where y is 0. Guessing among ten digits gives ln 10 ≈ 2.3. Each step moves every weight against its gradient, w ← w − lr·∂L/∂w. With one fixed batch the network learns these few digits by heart;
with a new batch at each step (SGD) the loss is noisy, and what is learned holds for digits that it has never seen. Untried here: more steps (--steps), and several updates on each batch (--inner).`},
	"gap": {"Why do the losses differ at all?", `Both networks start from the same weights and see the same batches; only their gradients are computed in different ways. Central differences are not exact: they have
a truncation error of about h², a rounding error of about ε/h, and where a ReLU has a kink within ±h they are not the derivative. Each step adds a little, and later steps carry it on.`},
	"accuracy": {"What does this show?", `The share of the test digits whose most probable class is the right one. Guessing gives about 10 %. With a fixed batch the loss of that batch falls while the accuracy
stays low: a few digits do not teach what a digit looks like.`},
	"drift": {"What is drift?", `How far the two networks are apart after each step: the length of the difference of their parameters θ, over the length of the numeric ones. It is not the error of a gradient but what
training has made of all errors so far.`},
	"errors": {"How to read this", `At the best step, truncation and rounding are equal, and central differences in float64 have a relative error of about 10⁻¹⁰. An error about 1 means that the two values share nothing.`},
	"sweep": {"Why has h a best value?", `A large h asks for the loss far away, where it has bent: the error grows with <b>h²</b>. A small h subtracts two nearly equal losses, and what is left of their digits is rounding: the
error grows with <b>1/h</b>. The curve is a V, with its lowest point near (3ε/|f‴|)^⅓. A <b>kink</b> is where ReLU, max(0, z), bends: there the slope jumps. While ±h reaches across one,
the difference mixes both slopes, whatever h is. At 0 itself ReLU has no derivative; Gorgonia takes 1, and any value from 0 to 1 is a valid <i>subgradient</i>.`},
	"time": {"Why is one slower?", `Backpropagation gets all derivatives from one pass forward and one back. Differences need two losses for each parameter; the incremental engine recomputes only what a changed
weight reaches. The tail to the right is the garbage collector, and whatever else the machine did.`},
	"pictures": {"How to read these pictures", `The first two should look the same: they are one gradient, computed in two ways. The third shows their difference. A weight whose input is 0 in every row of the batch cannot change
the loss: its gradient is 0.`},
	"microscope": {"What to try", `At h = 0.1 the secant is a chord of a bent curve. Near 10⁻⁵ it lies on the tangent. Below 10⁻⁸ the loss itself looks like stairs: float64 has no digits for less. Where the network has ReLUs,
look for a bend in the curve: the secant's error jumps when ±h reaches it, and the page counts the ReLUs that go on or off on the way.`},
	"units": {"What does this show?", `A unit of the first layer adds up the pixels, each times its weight, so its weights make an image of what it looks for. A ReLU unit whose sum is below 0 for every digit is <b>dead</b> for them: its
gradient is 0, and it learns nothing.`},
	"digit": {"Why do they agree?", `The two networks were trained apart, one by the chain rule, one by moving each weight a little. If the gradients agree, so do the networks. Both err on your drawing more often than on the test set:
MNIST's digits were scaled and centred in one way, which this page imitates.`},
}
