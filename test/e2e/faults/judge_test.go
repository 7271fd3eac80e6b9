package faults

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// verdict is what a run showed.
type verdict struct {
	met bool   // a request met the fault
	how string // the answer was the same, refused, unknown in part, or wrong
	why string // what is wrong
}

func wrong(format string, args ...any) verdict {
	return verdict{how: "wrong", why: fmt.Sprintf(format, args...)}
}

// judge compares an outcome with the one without a fault.
func judge(v *verb, fault *Fault, got, truth Outcome) verdict {
	warned := strings.Contains(got.Stderr, "Warning:")
	mayNotKnow := fault.Unknown || strings.Contains(got.Stderr, "did not send the schema of Kargo's API in time") // on a busy machine
	switch {
	case strings.Contains(got.Stderr, "goroutine ") || strings.Contains(got.Stderr, "panic"):
		return wrong("a panic: %s", got.Stderr)
	case got.Exit == truth.Exit && v.answer(got.Stdout) == v.answer(truth.Stdout):
		return verdict{how: "same"}
	case fault.Unseen != "":
		return verdict{how: "unseen"}
	case fault.Harmless:
		return wrong("it is not the answer: %+v", got)
	case got.Exit == 3 && strings.TrimSpace(got.Stderr) != "":
		return verdict{how: "refused"}
	case mayNotKnow && got.Exit == truth.Exit && warned:
		if slices.Contains(v.args, "json") && !isWeaker(v.answer(got.Stdout), v.answer(truth.Stdout)) {
			return wrong("it says more than is known: %+v", got)
		}
		return verdict{how: "unknown"}
	default:
		return wrong("a wrong answer: %+v\nand not %+v", got, truth)
	}
}

// judgeWrite compares what is said of a write with what the server has.
func judgeWrite(got Outcome, written bool) verdict {
	says := regexp.MustCompile(`(?m)^stage\.kargo\.akuity\.io/prod strategy set to OneOf`).MatchString(got.Stdout)
	denies := regexp.MustCompile(`(?i)not (changed|written)|nothing was changed|unchanged`).MatchString(got.Stdout + got.Stderr)
	doubts := strings.Contains(got.Stderr, "is unknown")
	switch {
	case (got.Exit == 0 || says) && !written:
		return wrong("it says that it is written, and it is not: %+v", got)
	case got.Exit == 0 && strings.Contains(got.Stdout, "unchanged (OneOf)"):
		return verdict{how: "same"} // another one wrote it, as far as it can tell
	case denies && written:
		return wrong("it says that it is not written, and it is: %+v", got)
	case got.Exit == 0 && says:
		return verdict{how: "same"}
	case got.Exit == 3 && doubts:
		return verdict{how: "unknown"}
	case got.Exit == 3 && !written && strings.TrimSpace(got.Stderr) != "":
		return verdict{how: "refused"}
	default:
		return wrong("it does not say what became of the write (written: %v): %+v", written, got)
	}
}

// weaker reports whether an answer says the same as another one, or less: something is
// unknown.
func weaker(got, truth any) bool {
	switch g := got.(type) {
	case nil:
		return true
	case string:
		return g == truth || g == "Unknown" || strings.Contains(g, "not known") || strings.Contains(g, "unknown")
	case map[string]any:
		t, ok := truth.(map[string]any)
		return g["reason"] == "Unknown" || ok && weakerObject(g, t)
	case []any:
		t, ok := truth.([]any)
		return ok && len(g) == len(t) && !slices.ContainsFunc(indexes(g), func(i int) bool { return !weaker(g[i], t[i]) })
	default:
		return got == truth
	}
}

// weakerObject is weaker for objects. An object may list members of it that are unknown.
// Steps that would help say in words what they depend on.
func weakerObject(got, truth map[string]any) bool {
	unknown, _ := got["unknown"].([]any)
	for name, value := range got {
		if !slices.Contains([]string{"warnings", "unknown", "steps", "ways"}, name) && !slices.Contains(unknown, any(name)) && !weaker(value, truth[name]) {
			return false
		}
	}
	return true
}

func indexes(of []any) []int {
	var all []int
	for i := range of {
		all = append(all, i)
	}
	return all
}

// isWeaker is weaker for JSON documents. Where auto-promotion is unknown, so is everything
// that an Explanation says in words because of it.
func isWeaker(got, truth string) bool {
	var g, t any
	if json.Unmarshal([]byte(got), &g) != nil || json.Unmarshal([]byte(truth), &t) != nil {
		return false
	}
	if unknownPolicies(g) {
		withoutPolicies(g)
		withoutPolicies(t)
	}
	return weaker(g, t)
}

// unknownPolicies reports whether an Explanation says that the policies are unknown.
func unknownPolicies(document any) bool {
	explanation, _ := document.(map[string]any)
	stage, _ := explanation["stage"].(map[string]any)
	policies, explained := stage["autoPromotion"].(map[string]any)
	return explained && policies["enabled"] == nil
}

// withoutPolicies removes from an Explanation what follows from the policies.
func withoutPolicies(document any) {
	explanation, _ := document.(map[string]any)
	stage, _ := explanation["stage"].(map[string]any)
	delete(stage, "autoPromotion")
	list, _ := explanation["freight"].([]any)
	for _, item := range list {
		freight, _ := item.(map[string]any)
		delete(freight, "autoPromotion")
		delete(freight, "steps")
		delete(freight, "ways")
		delete(freight, "disagreements")
	}
}
