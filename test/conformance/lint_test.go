package conformance

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Kargo's answers do not contradict what lint says of a request: where everything is
// available, Kargo admits everything, and where a soak can never pass, it admits only what
// was approved or is said to have soaked in a control-flow Stage: a Stage that was another
// kind of Stage then.
func TestLintIsNotContradictedByKargo(t *testing.T) {
	checked := map[string]int{}
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			text, err := os.ReadFile(v.File)
			if err != nil {
				t.Fatal(err)
			}
			releases, err := kargo.ParseRelease(v.Release)
			if err != nil {
				t.Fatal(err)
			}
			project := evaluator(t, v).Project()
			in := lint.FromFiles([]lint.Source{{Name: "vector.yaml", Data: text, Named: true}}, lint.Options{Namespace: v.Namespace, Releases: releases, Now: v.Now})
			found := lint.Run(in, lint.Selection{})
			for i := range found.Findings {
				f := &found.Findings[i]
				stage, request := requestOf(f)
				if stage == "" {
					continue
				}
				origin := project.Stage(stage).Spec.RequestedFreight[request].Origin
				answer := v.Stages[stage].Configured.Available
				for _, freight := range project.Freight() {
					if freight.Origin != origin || freight.Status.ApprovedFor.Has(stage) {
						continue
					}
					available := slices.Contains(answer, freight.Metadata.Name)
					switch {
					case f.Rule.Code == "KA102":
						checked["KA102"]++
						if !available {
							t.Errorf("%s, but Kargo refuses %s", f.Message, freight.Metadata.Name)
						}
					case f.Rule.Code == "KA106" && f.Severity == lint.Error && !soakedInGate(project, freight):
						checked["KA106"]++
						if available {
							t.Errorf("%s, but Kargo admits %s", f.Message, freight.Metadata.Name)
						}
					}
				}
			}
		})
	}
	for _, code := range []string{"KA102", "KA106"} {
		if checked[code] == 0 {
			t.Errorf("no vector shows %s", code)
		}
	}
}

// soakedInGate reports whether Freight is, or soaked, in a control-flow Stage by its status.
func soakedInGate(project *pipeline.Project, f *kargo.Freight) bool {
	return slices.ContainsFunc(project.Stages, func(s *kargo.Stage) bool {
		return s.IsControlFlow() && (f.Status.CurrentlyIn.Has(s.Metadata.Name) || f.Status.VerifiedIn.At(s.Metadata.Name).LongestSoak > 0)
	})
}

// requestOf returns the Stage and the index of the request that a finding is about; "" when
// it is about something else.
func requestOf(f *lint.Finding) (stage string, request int) {
	parts := strings.Split(string(f.Place.Path), "/")
	if f.Place.Object == nil || f.Place.Object.Kind != "Stage" || len(parts) < 4 || parts[2] != "requestedFreight" {
		return "", 0
	}
	request, err := strconv.Atoi(parts[3])
	if err != nil {
		return "", 0
	}
	return f.Place.Object.Name, request
}
