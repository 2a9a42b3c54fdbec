package page

import (
	"fmt"
	"html/template"
)

// explanation is what stands folded beside a picture.
type explanation struct{ Question, Answer template.HTML }

// explain returns an explanation, folded.
func explain(key string) (template.HTML, error) {
	e, ok := explanations[key]
	if !ok {
		return "", fmt.Errorf("no explanation %q", key)
	}
	const begin = template.HTML(`<details class="explain"><summary>`)
	return begin + e.Question + "</summary><p>" + e.Answer + "</p></details>", nil
}

// explanations are written for learners of backpropagation, by their place on the
// page. Each is true of every run that it can stand in: where one holds only of
// differences, or only of a network with kinks, a second has the rest.
var explanations = map[string]explanation{
	"check": {
		"What is checked, and how?",
		`The <b>symbolic gradient</b> comes from the chain rule: ∂L/∂w follows for every weight w from the
network's formulas. The <b>numerical gradient</b> knows no formulas: it moves one weight by ±h and watches the loss,
<b>(L(w+h) − L(w−h)) / 2h</b>, a <i>central difference</i>. Both are computed apart from each other, so an error in
one shows as a difference. What may differ is measured, not guessed: the loss is rounded to about ε, its
<b>noise</b>, so a difference is off by about ε/h; with what it still changes when h does, that makes the
<b>bound</b> of an element. The <b>negative control</b> corrupts one value that passed, to prove that the check can
fail.`,
	},
	"loss": {
		"What does this show?",
		`The loss says how wrong the network is on a batch: the mean of −ln(y + δ), y being the probability that
it gives to the right digit. δ keeps the logarithm finite where y is 0. Guessing among ten digits gives ln 10 ≈ 2.3.
Each update moves every weight against its gradient, w ← w − lr·∂L/∂w. From one fixed batch a network can learn
these few digits by heart. With a new batch at each step (SGD) the loss is noisy, and what is learned can hold for
digits that it has never seen. To try: other learning rates (--lr), more steps (--steps), several updates on each
batch (--inner).`,
	},
	"gap": {
		"Why do the losses differ at all?",
		`Both networks start from the same weights and see the same batches; only their gradients are computed in
different ways. Differences of the loss are not exact: they have a truncation error, which grows with h (as h² with
the central formula), a rounding error of about ε/h, and where a kink lies within ±h they are not the derivative.
Each step adds a little, and later steps carry it on.`,
	},
	"gap of exact ones": {
		"Why do the losses differ at all?",
		`Both networks start from the same weights and see the same batches. Both gradients follow exact rules,
but round in different places, so they differ in their last digits: the 16th in float64, the 7th in float32. Later
steps carry that on; where the learning rate is too large they can multiply it.`,
	},
	"accuracy": {
		"What does this show?",
		`The share of the test digits whose most probable class is the right one. Guessing gives about 10 %. One
fixed batch is a few digits: its loss can fall while the accuracy stays low, because they do not teach what a digit
looks like.`,
	},
	"drift": {
		"What is drift?",
		`How far the two networks are apart after each step: the length of the difference of their parameters θ,
over the length of the second's. It is not the error of a gradient but what training has made of all errors so far.`,
	},
	"errors": {
		"How to read this",
		`At the best step, truncation and rounding are equal; central differences in float64 then have a relative
error of about 10⁻¹⁰ where the value is not small. An error about 1 means that the two values share nothing.`,
	},
	"errors of exact ones": {
		"How to read this",
		`Both gradients follow exact rules, and only rounding is left: about 10⁻¹⁶ of a value that is not small,
10⁻⁷ where one is computed in float32. An error about 1 means that the two values share nothing.`,
	},
	"sweep":           {"Why has h a best value?", bestStep},
	"sweep, kinks":    {"Why has h a best value?", bestStep + aboutKinks},
	"formulas":        {"Why three slopes?", threeSlopes},
	"formulas, kinks": {"Why three slopes?", threeSlopes + aboutKinks},
	"time": {"Why does a step take so long?", `Backpropagation gets all derivatives from one pass forward and
one back. Differences need one or more losses for each parameter, unless what a changed weight does not reach is
left out, as the incremental engine does. What lies far to the right is whatever else the machine did, collecting
garbage included.`},
	"pictures": {
		"How to read these pictures",
		`The first two should look the same: they are one gradient, computed in two ways. The third shows their
difference. A weight whose input is 0 in every row of the batch cannot change the loss: its gradient is 0.`,
	},
	"microscope": {
		"What to try",
		`Begin at the right, h = 1: the secant is a chord of a bent curve. Move left: it turns into the tangent, and
its error falls. It is smallest somewhere between 10⁻³ and 10⁻⁶. Further left it grows again, though the secant
still seems to lie on the tangent: two nearly equal losses are subtracted. At the left end the loss itself looks
like stairs, because float64 has no digits between two of them. Where the network has ReLUs, look for a bend in the
curve: there one goes on or off, and the page counts those within ±h.`,
	},
	"units": {
		"What does this show?",
		`A unit of the first layer adds up the pixels, each times its weight, so its weights make an image of what
it looks for. A ReLU unit whose sum is not above 0 for any digit is <b>dead</b> for them: it passes nothing on, its
gradient is 0, and it learns nothing from them.`,
	},
	"digit": {
		"Do they agree?",
		`The networks of one run were trained apart, each by its own gradients, from one start on the same
batches. Where the gradients agree and the drift is small, so do the answers. MNIST's digits were scaled and centred
in one way, which this page imitates; one drawn in another manner is a digit that the networks have never seen.`,
	},
}

const (
	bestStep = `A large h asks for the loss far away, where it has bent: the error of a central difference
grows with <b>h²</b>. A small h subtracts two nearly equal losses, and what is left of their digits is rounding: the
error grows with <b>1/h</b>. Together they make a V, with its lowest point near (3ε/|f‴|)^⅓, where f‴ is the third
derivative.`
	threeSlopes = `The forward difference (L(w+h) − L(w))/h is off by about h·f″/2, the central one by h²·f‴/6,
and the one of five points, (L(w−2h) − 8L(w−h) + 8L(w+h) − L(w+2h))/12h, by a multiple of h⁴. On logarithmic axes
these are straight lines of slope 1, 2 and 4, the dashed ones. To the left rounding makes the error of all three,
about ε/h.`
	aboutKinks = ` A <b>kink</b> is where ReLU, max(0, z), bends: there the slope jumps. While ±h reaches across
one, the difference mixes both slopes, and the error does not fall as it should. At 0 itself ReLU has no derivative;
Gorgonia takes 1, and any value from 0 to 1 is a valid <i>subgradient</i>.`
)

// kinkKey chooses an explanation by whether the loss has kinks.
func kinkKey(key string, smooth bool) string {
	if smooth {
		return key
	}
	return key + ", kinks"
}
