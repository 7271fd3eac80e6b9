package lint

import (
	"embed"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

//go:embed pages
var pages embed.FS

// Page is what is to be known about a rule beside its own words.
type Page struct {
	// Bad is a pipeline in which the rule finds something, Good the one it should be.
	Bad, Good string
}

// PageOf returns the examples of a rule.
func PageOf(r *Rule) Page { return Page{example(r.Code, "bad"), example(r.Code, "good")} }

func example(code, name string) string {
	text, err := pages.ReadFile("pages/" + code + "/" + name + ".yaml")
	if err != nil {
		return ""
	}
	return string(text)
}

// Example returns what a rule finds in a file of its page.
func Example(r *Rule, name, text string) Result {
	words := []string{r.Code}
	if r.Code == "KA507" {
		words = nil // it is about what the others find
	}
	chosen, _ := Select(words)
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	options := Options{Now: now}
	if r.version != "" {
		options.Releases = kargo.Releases{Min: r.version, Max: r.version, Given: true}
	}
	in := FromFiles([]Source{{Name: name, Data: []byte(text), Named: true}}, options)
	result := Run(in, chosen)
	if r.Code == "KA115" { // it is about a change of the file
		before := FromFiles([]Source{{Name: name, Data: []byte(PageOf(r).Good), Named: true}}, options)
		result.Since(before, in, chosen)
	}
	result.Suppress(in, chosen, nil, nil)
	return result
}
