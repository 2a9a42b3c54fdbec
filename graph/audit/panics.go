package audit

import "fmt"

// panicked is a panic that was caught.
type panicked struct{ text string }

func (p panicked) Error() string { return p.text }

// recovered turns a panic of the function that defers it into an error.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = panicked{fmt.Sprint(r)}
	}
}

// try returns the error of f, or its panic as an error.
func try(f func() error) (err error) {
	defer recovered(&err)
	return f()
}
