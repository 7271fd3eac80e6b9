package source

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// contents is what of a Project a test looks at: a word per kind that has objects
// or is unread.
type contents map[string]string

// contentsOf lists the names of each kind of each Project.
func contentsOf(s *Snapshot) map[string]contents {
	all := map[string]contents{}
	for i := range s.Projects {
		all[s.Projects[i].Project] = contentsOfProject(&s.Projects[i])
	}
	return all
}

func contentsOfProject(p *pipeline.Objects) contents {
	c := contents{}
	for i := range p.Stages {
		c.add("stages", p.Stages[i].Metadata.Name)
	}
	for i := range p.Freight {
		c.add("freight", p.Freight[i].Metadata.Name)
	}
	for i := range p.Promotions {
		c.add("promotions", p.Promotions[i].Metadata.Name)
	}
	for i := range p.PromotionRequests {
		c.add("requests", p.PromotionRequests[i].Metadata.Name)
	}
	for _, name := range p.Warehouses {
		c.add("warehouses", name)
	}
	if p.Config != nil {
		for _, policy := range p.Config.PromotionPolicies {
			c.add("config", policy.Stage)
		}
	}
	if p.Spec != nil {
		for _, policy := range p.Spec.PromotionPolicies {
			c.add("spec", policy.Stage)
		}
	}
	for kind, name := range map[pipeline.Kind]string{
		pipeline.Freight: "freight", pipeline.Warehouses: "warehouses", pipeline.Promotions: "promotions", pipeline.Policies: "policies",
		pipeline.PromotionRequests: "requests",
	} {
		if p.Unread.Has(kind) {
			c.add(name, "unread")
		}
	}
	return c
}

func (c contents) add(kind, name string) { c[kind] = strings.TrimSpace(c[kind] + " " + name) }

func wantContents(t *testing.T, s *Snapshot, want map[string]contents) {
	t.Helper()
	if diff := cmp.Diff(want, contentsOf(s)); diff != "" {
		t.Errorf("Projects (-want +got):\n%s", diff)
	}
	if !slices.IsSortedFunc(s.Projects, func(a, b pipeline.Objects) int { return strings.Compare(a.Project, b.Project) }) {
		t.Error("the Projects are not sorted by name")
	}
	unread := slices.ContainsFunc(s.Projects, func(p pipeline.Objects) bool { return p.Unread.Has(pipeline.Freight) })
	if s.FreightUnread != unread {
		t.Errorf("FreightUnread is %t, and Freight unread %t", s.FreightUnread, unread)
	}
}

func wantLines(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// wantError fails unless the error says exactly this, and nothing was read.
func wantError(t *testing.T, s *Snapshot, err error, want string) {
	t.Helper()
	if s != nil {
		t.Errorf("a snapshot beside the error: %v", contentsOf(s))
	}
	if err == nil {
		t.Fatalf("no error, want %s", want)
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}
