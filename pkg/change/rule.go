package change

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Rule says how many of a request's distinct upstreams have to be satisfied.
type Rule struct {
	kind ruleKind
	// number is the N of quorum:N and the P of percent:P.
	number float64
	// written is the strategy of the rule that stays as it is.
	written kargo.Strategy
}

type ruleKind uint8

const (
	oneOf ruleKind = iota
	all
	unset
	kept
	majority
	quorum
	percent
)

// Any is Kargo's OneOf.
func Any() Rule { return Rule{kind: oneOf} }

// All is Kargo's All.
func All() Rule { return Rule{kind: all} }

// Unset removes the field, which means OneOf.
func Unset() Rule { return Rule{kind: unset} }

// keep leaves a strategy as it is written, whether or not Kargo knows it.
func keep(written kargo.Strategy) Rule { return Rule{kind: kept, written: written} }

// ParseStrategy reads one of Kargo's strategies: any, all, OneOf or All in any case.
func ParseStrategy(text string) (Rule, error) {
	switch strings.ToLower(text) {
	case "any", "oneof":
		return Any(), nil
	case "all":
		return All(), nil
	default:
		return Rule{}, fmt.Errorf("%q is no strategy: expected any or all", text)
	}
}

// ParseRule reads a strategy, or one of the rules that Kargo does not have: majority
// (more than half), quorum:N (at least N) or percent:P (at least P in a hundred).
func ParseRule(text string) (Rule, error) {
	if rule, err := ParseStrategy(text); err == nil {
		return rule, nil
	}
	name, argument, given := strings.Cut(strings.ToLower(text), ":")
	switch {
	case name == "majority" && !given:
		return Rule{kind: majority}, nil
	case name == "quorum":
		n, err := strconv.Atoi(argument)
		if err != nil || n < 1 {
			return Rule{}, fmt.Errorf("%q: expected quorum:N with N of 1 or more", text)
		}
		return Rule{kind: quorum, number: float64(n)}, nil
	case name == "percent":
		p, err := strconv.ParseFloat(argument, 64)
		if err != nil || !(p > 0 && p <= 100) {
			return Rule{}, fmt.Errorf("%q: expected percent:P with P above 0 and up to 100", text)
		}
		return Rule{kind: percent, number: p}, nil
	default:
		return Rule{}, fmt.Errorf("%q is no rule: expected any, all, majority, quorum:N or percent:P", text)
	}
}

// Strategy returns what Kargo's field says under the rule, "" for Unset; ok is false
// for a rule that Kargo does not have.
func (r Rule) Strategy() (strategy kargo.Strategy, ok bool) {
	switch r.kind {
	case oneOf:
		return kargo.OneOf, true
	case all:
		return kargo.All, true
	case unset:
		return "", true
	case kept:
		return r.written, true
	case majority, quorum, percent:
	}
	return "", false
}

// needs returns how many of so many distinct upstreams a rule wants that Kargo does
// not have.
func (r Rule) needs(upstreams int) (int, error) {
	n := int(r.number)
	switch r.kind {
	case majority:
		n = upstreams/2 + 1
	case percent:
		n = max(int(math.Ceil(r.number*float64(upstreams)/100)), 1) // in this order: 55 of 20 are 11
	case quorum, oneOf, all, unset, kept:
	}
	if n > upstreams {
		return 0, fmt.Errorf("%s asks for more upstreams than it has: %d", r, upstreams)
	}
	return n, nil
}

// String writes the rule: OneOf, All, majority, quorum:2, percent:60; "" for Unset, and a
// strategy that stays as it is written.
func (r Rule) String() string {
	switch r.kind {
	case majority:
		return "majority"
	case quorum:
		return "quorum:" + decimal(r.number)
	case percent:
		return "percent:" + decimal(r.number)
	case oneOf, all, unset, kept:
	}
	strategy, _ := r.Strategy()
	return string(strategy)
}

func decimal(number float64) string { return strconv.FormatFloat(number, 'f', -1, 64) }
