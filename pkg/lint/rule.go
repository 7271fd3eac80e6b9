package lint

import (
	"slices"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Rule is one hazard that can be found.
type Rule struct {
	// Code never changes its meaning; Name says the hazard in words.
	Code, Name string
	// Severity is the worst that it reports.
	Severity Severity
	// Summary says in one sentence what it finds.
	Summary string
	// Why says what happens, Remedy what to do about it.
	Why, Remedy string
	// Issues are Kargo's own, such as "kargo#4586".
	Issues []string
	// In says where it can be seen.
	In Visibility

	// needs are the kinds without which it cannot be decided.
	needs []pipeline.Kind
	// version is the one of Kargo that its example is about; "" is the newest.
	version string
	check   func(*pass)
}

// Visibility says where a hazard can be seen.
type Visibility string

// Where a hazard can be seen.
const (
	// Anywhere: in files before they are applied, and in the cluster.
	Anywhere Visibility = "files and cluster"
	// FilesOnly: the API server drops the evidence.
	FilesOnly Visibility = "files only"
	// ClusterOnly: it takes what a running Kargo has recorded.
	ClusterOnly Visibility = "cluster only"
)

// Title returns "KA106 soak-below-gate".
func (r *Rule) Title() string { return r.Code + " " + r.Name }

// Selection is a choice of rules.
type Selection struct{ terms []term }

type term struct {
	text string
	not  bool
}

// Select reads a choice of rules: codes, beginnings of codes, and names; with "-" in
// front they are left out. Unknown are the words that mean no rule. Without any that
// chooses, all rules are meant.
func Select(words []string) (chosen Selection, unknown []string) {
	rules := Rules()
	for _, word := range words {
		text, not := strings.CutPrefix(word, "-")
		t := term{text, not}
		if !slices.ContainsFunc(rules, func(r Rule) bool { return t.means(&r) }) {
			unknown = append(unknown, word)
		}
		chosen.terms = append(chosen.terms, t)
	}
	return chosen, unknown
}

func (t term) means(r *Rule) bool {
	text := strings.ToUpper(t.text)
	return t.text == r.Name || len(text) >= 3 && strings.HasPrefix(r.Code, text)
}

// Has reports whether a rule is chosen: the last word about it decides.
func (s Selection) Has(r *Rule) bool {
	has := !slices.ContainsFunc(s.terms, func(t term) bool { return !t.not })
	for _, t := range s.terms {
		if t.means(r) {
			has = !t.not
		}
	}
	return has
}

// Find returns the rule of a code or name, nil when there is none.
func Find(text string) *Rule {
	for _, r := range Rules() {
		if strings.EqualFold(text, r.Code) || text == r.Name {
			return &r
		}
	}
	return nil
}
