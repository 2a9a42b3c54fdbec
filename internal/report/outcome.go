package report

import (
	"fmt"

	"gradtwin/compare"
	"gradtwin/internal/words"
)

// Outcome is how a check ended, or several together.
type Outcome string

// The outcomes.
const (
	Agree     Outcome = "agree"
	Disagree  Outcome = "disagree"
	NotJudged Outcome = "not judged" // neither: something could not be judged
)

// OutcomeOf returns how the checks ended together: Disagree where one found
// something wrong, else NotJudged where one was not judged or there is none.
func OutcomeOf(checks ...*compare.Report) Outcome {
	out := Agree
	if len(checks) == 0 {
		out = NotJudged
	}
	for _, r := range checks {
		switch {
		case r.Wrong():
			return Disagree
		case !r.OK():
			out = NotJudged
		}
	}
	return out
}

// sentence says the outcome of gradients.
func (o Outcome) sentence() string {
	switch o {
	case Agree:
		return "The gradients agree"
	case Disagree:
		return "The gradients disagree"
	}
	return "The gradients could not be judged"
}

// Sign marks the outcome beside its words.
func (o Outcome) Sign() string {
	return map[Outcome]string{Agree: "✓", Disagree: "✗", NotJudged: "?"}[o]
}

// Class is the outcome's class in the page's style sheet.
func (o Outcome) Class() string {
	return map[Outcome]string{Agree: "good", Disagree: "bad", NotJudged: "open"}[o]
}

// Power says what error the checks would have shown, "" where nothing agrees.
func Power(checks ...*compare.Report) string {
	resolution, relative := 0.0, 0.0
	for _, r := range checks {
		resolution, relative = max(resolution, r.Resolution), max(relative, r.RelativeResolution)
	}
	if resolution == 0 {
		return ""
	}
	text := fmt.Sprintf("An error above %s would have shown in every element that agrees", words.Above(resolution))
	if relative > 0 {
		text += fmt.Sprintf("; relative to the largest gradient of its tensor, one above %s", words.Above(relative))
	}
	return text + "."
}
