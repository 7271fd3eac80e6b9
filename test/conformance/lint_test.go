package conformance

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// What lint says as an error or a warning is what Kargo answered, as far as its answers
// bear on it. A rule whose findings no answer bears on is listed as such.
func TestLintIsNotContradictedByKargo(t *testing.T) {
	checked := map[string]int{}
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			project := evaluator(t, v).Project()
			for _, f := range findings(t, v) {
				code := f.Rule.Code
				check, ok := claims()[code]
				if !ok {
					if !slices.Contains(unanswered(), code) {
						t.Errorf("%s has no claim to be checked: %s", code, f.Message)
					}
					continue
				}
				c := claim{Vector: v, project: project, finding: f}
				c.stage, c.request = c.subject()
				for _, contradiction := range append(check(&c), c.effect()...) {
					t.Errorf("%s %s, but %s", code, f.Message, contradiction)
				}
				checked[code] += c.checked
			}
		})
	}
	for code := range claims() {
		if checked[code] == 0 {
			t.Errorf("no vector shows %s", code)
		}
	}
}

// findings lints a vector, and returns what is worse than a note.
func findings(t *testing.T, v Vector) []lint.Finding {
	t.Helper()
	text, err := os.ReadFile(v.File)
	if err != nil {
		t.Fatal(err)
	}
	releases, err := kargo.ParseRelease(v.Release)
	if err != nil {
		t.Fatal(err)
	}
	in := lint.FromFiles([]lint.Source{{Name: "vector.yaml", Data: text, Named: true}}, lint.Options{Namespace: v.Namespace, Releases: releases, Now: v.Now})
	return slices.DeleteFunc(lint.Run(in, lint.Selection{}).Findings, func(f lint.Finding) bool { return f.Severity == lint.Note })
}

// unanswered are the rules of which Kargo's answers say nothing: what happens later, what its
// webhook refuses, what a pattern was meant to match, and what a Stage would do with other
// settings.
func unanswered() []string {
	return []string{"KA011", "KA109", "KA113", "KA203", "KA205", "KA207", "KA214"}
}

// claims are what the findings of a rule say, held against the answers: each returns the
// contradictions.
func claims() map[string]func(*claim) []string {
	return map[string]func(*claim) []string{
		"KA001": (*claim).upstreamIsMissing,
		"KA002": (*claim).cannotList,
		"KA003": (*claim).noNewFreight,
		"KA004": (*claim).noNewFreight,
		"KA005": (*claim).noNewFreight,
		"KA006": (*claim).upstreamLacksOrigin,
		"KA008": (*claim).noFreight,
		"KA009": (*claim).admitsAll,
		"KA102": (*claim).admitsAll,
		"KA103": (*claim).noNewFreight,
		"KA105": (*claim).admitsAll,
		"KA106": (*claim).soakNeverPasses,
		"KA107": (*claim).unlistedAfterSoak,
		"KA108": (*claim).listedAndRefused,
		"KA110": (*claim).soakHasNoEffect,
		"KA112": (*claim).isControlFlow,
		"KA201": (*claim).isAutoPromoted,
		"KA202": (*claim).candidateIsRefused,
		"KA204": (*claim).policyDecides,
		"KA208": (*claim).policyDecides,
		"KA213": (*claim).neverListed,
		"KA306": (*claim).isControlFlow,
	}
}

// claim is a finding beside the answers about its vector.
type claim struct {
	Vector
	project *pipeline.Project
	finding lint.Finding
	// stage and request are what the finding is about: nil when it is something else.
	stage   *kargo.Stage
	request *kargo.Request
	// checked counts the answers that bear on the finding.
	checked int
}

func (c *claim) subject() (*kargo.Stage, *kargo.Request) {
	o := c.finding.Place.Object
	if o == nil || o.Kind != "Stage" {
		return nil, nil
	}
	stage := c.project.Stage(o.Name)
	parts := strings.Split(string(c.finding.Place.Path), "/")
	if len(parts) < 4 || parts[2] != "requestedFreight" {
		return stage, nil
	}
	index, err := strconv.Atoi(parts[3])
	if err != nil {
		return stage, nil
	}
	return stage, &stage.Spec.RequestedFreight[index]
}

func (c *claim) answer() Answer { return c.Stages[c.stage.Metadata.Name].Configured }

func (c *claim) available(f *kargo.Freight) bool {
	return slices.Contains(c.answer().Available, f.Metadata.Name)
}

func (c *claim) listed(f *kargo.Freight) bool {
	return slices.Contains(c.answer().Listed, f.Metadata.Name)
}

// each calls wrong for the Freight of the request's origin that nobody approved for the
// Stage, and collects what it returns.
func (c *claim) each(wrong func(*kargo.Freight) string) []string {
	var contradictions []string
	for _, f := range c.project.Freight() {
		if f.Origin != c.request.Origin || f.Status.ApprovedFor.Has(c.stage.Metadata.Name) {
			continue
		}
		c.checked++
		if words := wrong(f); words != "" {
			contradictions = append(contradictions, words)
		}
	}
	return contradictions
}

// named returns what the finding names beside the request.
func (c *claim) named() string {
	return strings.TrimPrefix(c.finding.Subject, c.request.Origin.String()+" ")
}

func (c *claim) upstreamIsMissing() []string {
	c.checked++
	if _, ok := c.Stages[c.named()]; ok {
		return []string{"Kargo answers about " + c.named()}
	}
	return c.noNewFreight()
}

func (c *claim) upstreamLacksOrigin() []string {
	c.checked++
	if c.project.Stage(c.named()).Requests(c.request.Origin) {
		return []string{"it does"}
	}
	return c.noNewFreight()
}

// noNewFreight holds that Freight which the upstreams do not have yet is not available, if
// that is said: under All that which the upstream in question does not have.
func (c *claim) noNewFreight() []string {
	message := c.finding.Message
	switch {
	case strings.Contains(message, "never gets Freight"):
		return c.noFreight()
	case !strings.Contains(message, "no new Freight") && !strings.HasPrefix(message, "New Freight"):
		return nil // other upstreams count
	}
	upstreams := c.request.Sources.Upstreams()
	if c.request.Sources.AvailabilityStrategy == kargo.All && slices.Contains(upstreams, c.named()) {
		upstreams = []string{c.named()}
	}
	return c.each(func(f *kargo.Freight) string {
		if c.available(f) && !slices.ContainsFunc(upstreams, f.Status.VerifiedIn.Has) {
			return fmt.Sprintf("Kargo admits %s, which none of %v has verified", f.Metadata.Name, upstreams)
		}
		return ""
	})
}

func (c *claim) noFreight() []string {
	return c.each(func(f *kargo.Freight) string {
		if c.available(f) {
			return "Kargo admits " + f.Metadata.Name
		}
		return ""
	})
}

func (c *claim) admitsAll() []string {
	return c.each(func(f *kargo.Freight) string {
		if !c.available(f) {
			return "Kargo refuses " + f.Metadata.Name
		}
		return ""
	})
}

func (c *claim) soakHasNoEffect() []string {
	if c.request.Sources.Direct {
		return c.admitsAll()
	}
	return nil
}

func (c *claim) cannotList() []string {
	c.checked++
	if answer := c.answer(); answer.ListError == "" || len(answer.Listed) > 0 {
		return []string{fmt.Sprintf("it lists %v", answer.Listed)}
	}
	return nil
}

// soakedInGate reports whether Freight is said to be, or to have soaked, in a control-flow
// Stage: a Stage that was another kind of Stage then.
func (c *claim) soakedInGate(f *kargo.Freight) bool {
	return slices.ContainsFunc(c.project.Stages, func(s *kargo.Stage) bool {
		return s.IsControlFlow() && (f.Status.CurrentlyIn.Has(s.Metadata.Name) || f.Status.VerifiedIn.At(s.Metadata.Name).LongestSoak > 0)
	})
}

func (c *claim) soakNeverPasses() []string {
	if c.finding.Severity != lint.Error {
		return nil // other upstreams count
	}
	return c.each(func(f *kargo.Freight) string {
		if c.available(f) && !c.soakedInGate(f) {
			return "Kargo admits " + f.Metadata.Name
		}
		return ""
	})
}

// soaked reports whether Freight has surely soaked in a Stage for long enough.
func (c *claim) soaked(f *kargo.Freight, stage string) bool {
	need := time.Duration(*c.request.Sources.RequiredSoakTime)
	return f.Status.VerifiedIn.Has(stage) && time.Duration(f.Status.VerifiedIn.At(stage).LongestSoak) >= need
}

// other is the Stage that the finding says Freight soaked in.
func (c *claim) other() string {
	return regexp.MustCompile(`soaked in (\S+)`).FindStringSubmatch(c.finding.Message)[1]
}

func (c *claim) unlistedAfterSoak() []string {
	return c.each(func(f *kargo.Freight) string {
		if c.soaked(f, c.other()) && c.listed(f) {
			return "Kargo lists " + f.Metadata.Name
		}
		return ""
	})
}

func (c *claim) listedAndRefused() []string {
	return c.each(func(f *kargo.Freight) string {
		upstreams := c.request.Sources.Upstreams()
		if c.soaked(f, c.other()) && !slices.ContainsFunc(upstreams, f.Status.VerifiedIn.Has) && c.available(f) {
			return "Kargo admits " + f.Metadata.Name
		}
		return ""
	})
}

func (c *claim) isControlFlow() []string {
	c.checked++
	if !c.Stages[c.stage.Metadata.Name].ControlFlow {
		return []string{"it is not"}
	}
	return nil
}

// autoPromoted holds that auto-promotion to a Stage is on, or off.
func (c *claim) autoPromoted(stage string, on bool) []string {
	enabled := c.Stages[stage].AutoPromotionEnabled
	if enabled == nil {
		return nil
	}
	c.checked++
	if *enabled != on {
		return []string{fmt.Sprintf("auto-promotion to %s: %v", stage, *enabled)}
	}
	return nil
}

func (c *claim) isAutoPromoted() []string {
	name := regexp.MustCompile(`ships to (\S+) `).FindStringSubmatch(c.finding.Message)[1]
	return c.autoPromoted(name, true)
}

func (c *claim) policyDecides() []string {
	said := regexp.MustCompile(`(?:auto-promotion to (.+) is (on|off):|auto-promotion is (on) for (.+), too)`).FindStringSubmatch(c.finding.Message)
	on := said[2] == "on" || said[3] == "on"
	var contradictions []string
	for _, name := range regexp.MustCompile(`, | and `).Split(said[1]+said[4], -1) {
		contradictions = append(contradictions, c.autoPromoted(name, on)...)
	}
	return contradictions
}

func (c *claim) candidateIsRefused() []string {
	alias := regexp.MustCompile(` picks (\S+) of `).FindStringSubmatch(c.finding.Message)[1]
	var contradictions []string
	for _, f := range c.project.Freight() {
		if f.Alias != alias && f.Metadata.Name != alias {
			continue
		}
		c.checked++
		if !c.listed(f) || c.available(f) {
			contradictions = append(contradictions, fmt.Sprintf("listed %v, available %v", c.listed(f), c.available(f)))
		}
	}
	return contradictions
}

func (c *claim) neverListed() []string {
	return c.each(func(f *kargo.Freight) string {
		if c.listed(f) && !c.soakedInGate(f) {
			return "Kargo lists " + f.Metadata.Name
		}
		return ""
	})
}

// effect holds what is said of the Freight at hand.
func (c *claim) effect() []string {
	e := c.finding.Effect
	if e == nil || c.stage == nil {
		return nil
	}
	var contradictions []string
	for _, f := range e.Freight {
		available, listed, said := c.available(f), c.listed(f), true
		switch {
		case strings.Contains(e.Text, "can be promoted"), strings.Contains(e.Text, "cannot be promoted"):
			said = !available
		case strings.HasPrefix(e.Text, "available at "):
			said = available
		case strings.HasPrefix(e.Text, "listed now, and refused"):
			said = listed && !available
		case strings.Contains(e.Text, "do not see"):
			said = available && !listed
		}
		if !said {
			contradictions = append(contradictions, fmt.Sprintf("%s, of which %s is available %v, listed %v", e.Text, f.Metadata.Name, available, listed))
		}
	}
	return contradictions
}
