package load

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/comment"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/page"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// FuzzSides holds that any two sets of manifests can be compared over any live objects, and
// that manifests do not differ from themselves.
func FuzzSides(f *testing.F) {
	const (
		warehouse = "apiVersion: kargo.akuity.io/v1alpha1\nkind: Warehouse\nmetadata: {name: app, namespace: web}\n---\n"
		stage     = "apiVersion: kargo.akuity.io/v1alpha1\nkind: Stage\nmetadata: {name: %s, namespace: web}\nspec: {promotionTemplate: {spec: {steps: [{}]}}, " +
			"requestedFreight: [{origin: {kind: Warehouse, name: app}, sources: {%s}}]}\n---\n"
		config  = "apiVersion: kargo.akuity.io/v1alpha1\nkind: ProjectConfig\nmetadata: {name: web, namespace: web}\nspec: {promotionPolicies: [{stage: prod, autoPromotionEnabled: true}]}\n---\n"
		freight = "apiVersion: kargo.akuity.io/v1alpha1\nkind: Freight\nmetadata: {name: f1, namespace: web}\norigin: {kind: Warehouse, name: app}\n" +
			"status: {verifiedIn: {qa: {longestSoak: 1h}}, currentlyIn: {prod: {since: 2026-11-23T11:00:00Z}}}\n---\n"
	)
	qa := fmt.Sprintf(stage, "qa", "direct: true")
	either := fmt.Sprintf(stage, "prod", "stages: [qa, uat]")
	both := fmt.Sprintf(stage, "prod", "stages: [qa, prod], availabilityStrategy: All, requiredSoakTime: 1h")
	live := warehouse + qa + either + freight
	for _, seed := range [][3]string{
		{either, both, live}, {both + config, either, live}, {warehouse + qa + either, config, live + config}, {"", qa, qa}, {qa, warehouse, freight + qa},
	} {
		f.Add([]byte(seed[0]), []byte(seed[1]), []byte(seed[2]))
	}
	f.Fuzz(func(t *testing.T, base, head, live []byte) {
		was, is, snapshot := manifestsOf(t, base), manifestsOf(t, head), snapshotOf(t, live)
		if was == nil || is == nil || snapshot == nil {
			return
		}
		compare(t, was, is, snapshot)
		for _, d := range compare(t, is, is, snapshot) {
			if len(d.Objects)+len(d.Rows)+len(d.Unreachable)+len(d.Consequences) > 0 {
				t.Errorf("Project %q differs from itself: %+v", d.Name, d)
			}
		}
	})
}

func manifestsOf(t *testing.T, text []byte) *source.Manifests {
	t.Helper()
	m, err := source.Files{Paths: []string{"-"}, Stdin: bytes.NewReader(text)}.Manifests(t.Context())
	if err != nil {
		return nil // what cannot be read is not compared
	}
	return m
}

func snapshotOf(t *testing.T, text []byte) *source.Snapshot {
	t.Helper()
	s, err := source.Files{Paths: []string{"-"}, Stdin: bytes.NewReader(text)}.Read(t.Context())
	if err != nil {
		return nil
	}
	return s
}

// compare compares manifests as the verb diff does, and writes the result for a terminal and
// for a pull request.
func compare(t *testing.T, base, head *source.Manifests, live *source.Snapshot) []report.DiffProject {
	t.Helper()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	a := &application{Application: Application{Base: "base", Prune: true}, options: cli.Options{At: now}, base: base, head: head, live: live}
	a.nameProjects()
	sides := a.sides()
	d := &report.Diff{Header: sides.Header, Base: "base", Head: "head"}
	place := func(c change.ObjectChange) (report.Place, bool) {
		file, line, ok := head.Place(c.Kind, "", c.Name)
		return report.Place{File: file, Line: line}, ok
	}
	for i := range sides.List {
		side := &sides.List[i]
		d.Projects = append(d.Projects, report.NewDiffProject(report.DiffInput{
			Before: side.Before, After: side.After, Was: side.Was, Is: side.Is, Drift: side.Drift, Place: place,
		}))
	}
	if err := page.Diff(io.Discard, d, 0, term.Style{Terminal: true, Width: 80}); err != nil {
		t.Errorf("the page: %v", err)
	}
	if err := comment.Write(io.Discard, d, 0); err != nil {
		t.Errorf("the comment: %v", err)
	}
	return d.Projects
}
