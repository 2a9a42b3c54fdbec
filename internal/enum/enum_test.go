package enum

import "testing"

type colour uint8

func TestNames(t *testing.T) {
	n := New[colour]("colour", "red", "green")
	if n.Of(1) != "green" || n.Of(2) != "colour(2)" {
		t.Errorf("names %q and %q", n.Of(1), n.Of(2))
	}
	if err := n.Check(2); err == nil || err.Error() != "colour colour(2): want one of red, green" || n.Check(1) != nil {
		t.Errorf("values 2 and 1: %v, %v", err, n.Check(1))
	}
	v := colour(7)
	if err := n.Read(&v, []byte("blue")); err == nil || err.Error() != `colour "blue": want one of red, green` || v != 7 {
		t.Errorf("an unknown name: %v, value %d", err, v)
	}
	if err := n.Read(&v, []byte("green")); err != nil || v != 1 {
		t.Errorf("a name: %v, value %d", err, v)
	}
}
