package main

import (
	"encoding"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// enumeration is a type whose values count from 0 and have names.
type enumeration interface {
	~uint8
	fmt.Stringer
	encoding.TextMarshaler
}

// namesOf returns the names of a type's values.
func namesOf[T enumeration, P interface {
	*T
	encoding.TextUnmarshaler
}](first T) (names []string) {
	for v := first; ; v++ {
		name := v.String()
		if P(new(T)).UnmarshalText([]byte(name)) != nil {
			return names
		}
		names = append(names, name)
	}
}

// named is the value of a flag that takes a name, or several with commas between.
type named struct {
	pflag.Value
	flag  string
	names []string
}

// wantNames lets a flag take the given names alone.
func wantNames(s *pflag.FlagSet, flag string, names []string) {
	f := s.Lookup(flag)
	f.Value = named{f.Value, flag, names}
}

// enumVar defines a flag for a value with a name.
func enumVar[T enumeration, P interface {
	*T
	encoding.TextUnmarshaler
}](s *pflag.FlagSet, to P, flag string, value T, usage string) {
	s.TextVar(to, flag, value, usage)
	wantNames(s, flag, namesOf[T, P](0))
}

// Type implements pflag.Value: it is what the help calls the value.
func (n named) Type() string {
	if isList(n.Value) {
		return n.Value.Type()
	}
	return "name"
}

// isList reports whether a flag takes several values with commas between.
func isList(v pflag.Value) bool { return strings.HasSuffix(v.Type(), "Slice") }

// Set implements pflag.Value.
func (n named) Set(value string) error {
	given := []string{value}
	if isList(n.Value) {
		given = strings.Split(value, ",")
	}
	for _, g := range given {
		if !slices.Contains(n.names, g) {
			return unknownName(n.flag, g, n.names)
		}
	}
	return n.Value.Set(value)
}

// unknownName refuses a name that is none of those wanted.
func unknownName(what, given string, names []string) error {
	return usagef("%s %q: want one of %s%s", what, given, strings.Join(names, ", "), didYouMean(given, names))
}

// didYouMean asks for the names that are nearest to what was given, "" where none or
// many are near.
func didYouMean(given string, names []string) string {
	// Cobra's own search for commands serves for any names.
	all := &cobra.Command{SuggestionsMinimumDistance: min(2, (len(given)+1)/3)}
	for _, name := range names {
		all.AddCommand(&cobra.Command{Use: name, Run: func(*cobra.Command, []string) {}})
	}
	near := all.SuggestionsFor(given)
	for _, name := range near {
		if strings.EqualFold(name, given) {
			near = []string{name}
		}
	}
	if len(near) == 0 || len(near) > 2 {
		return ""
	}
	return "; did you mean " + strings.Join(near, " or ") + "?"
}

// complete offers the names to a shell that completes a flag's value.
func (n named) complete(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	if !isList(n.Value) {
		return n.names, cobra.ShellCompDirectiveNoFileComp
	}
	before := typed[:strings.LastIndex(typed, ",")+1]
	var all []string
	for _, name := range n.names {
		if !slices.Contains(strings.Split(before, ","), name) {
			all = append(all, before+name)
		}
	}
	return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}
