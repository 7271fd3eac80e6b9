package lint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"go.yaml.in/yaml/v3"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// pass is one rule looking at one Project.
type pass struct {
	*Project
	rule     *Rule
	findings *[]Finding
}

// report adds a finding; its severity is the rule's unless it has one of its own.
func (p *pass) report(f Finding) {
	f.Rule = p.rule
	f.Severity = Severity(cmp.Or(string(f.Severity), string(p.rule.Severity)))
	*p.findings = append(*p.findings, f)
}

// Result is what the rules found.
type Result struct {
	Findings []Finding
	// Undecided says which rules could not be decided, and why: a sentence for each Project
	// and kind that could not be read.
	Undecided []string
	// Unread says that something could not be read, so that there may be more.
	Unread bool
	// Stages and Projects are how many were looked at, Objects the Stages themselves.
	Stages, Projects int
	Objects          []*Object
}

// Run lets the chosen rules look at what was read. The findings are in the order of the
// files and lines, in a cluster of the Projects and objects.
func Run(in *Input, chosen Selection) Result {
	result := Result{}
	rules := Rules()
	for i := range rules {
		if rule := &rules[i]; chosen.Has(rule) {
			in.run(rule, &result.Findings)
		}
	}
	result.Undecided = in.undecided(rules, chosen)
	result.Unread = len(result.Undecided) > 0
	for _, fault := range in.Faults {
		result.Unread = result.Unread || !fault.Minor
	}
	for _, p := range in.Projects {
		result.Stages += len(p.Stages)
		for _, stage := range p.Stages {
			result.Objects = append(result.Objects, p.stageObject(stage.Metadata.Name))
		}
		if len(p.Stages) > 0 {
			result.Projects++
		}
	}
	number(result.Findings)
	slices.SortStableFunc(result.Findings, inOrder)
	return result
}

// run applies one rule to all Projects for which it can be decided.
func (in *Input) run(rule *Rule, findings *[]Finding) {
	if !in.concerns(rule) {
		return
	}
	if rule.check == nil { // it is about what no Project has
		*findings = append(*findings, in.unreadable(rule)...)
		return
	}
	for _, p := range in.Projects {
		if _, missing := p.lacks(rule); !missing {
			rule.check(&pass{p, rule, findings})
		}
	}
}

// concerns reports whether a rule is about what comes from here: files or a cluster.
func (in *Input) concerns(rule *Rule) bool {
	return (!in.Cluster || rule.In != FilesOnly) && (in.Cluster || rule.In != ClusterOnly || in.isSaved())
}

// undecided says which of the rules could not be decided in a cluster.
func (in *Input) undecided(rules []Rule, chosen Selection) []string {
	if !in.Cluster {
		return nil
	}
	var sentences []string
	for _, p := range in.Projects {
		var kinds []string
		codes := map[string][]string{}
		for i := range rules {
			rule := &rules[i]
			kind, missing := p.lacks(rule)
			if !missing || !chosen.Has(rule) || !in.concerns(rule) || rule.check == nil {
				continue
			}
			if codes[kind] == nil {
				kinds = append(kinds, kind)
			}
			codes[kind] = append(codes[kind], rule.Code)
		}
		for _, kind := range kinds {
			sentences = append(sentences, fmt.Sprintf("%s of Project %q could not be read, so these rules are not decided: %s", kind, p.Name, strings.Join(codes[kind], ", ")))
		}
	}
	return sentences
}

// isSaved reports whether the files hold what a running Kargo has recorded, as objects
// saved from a cluster do.
func (in *Input) isSaved() bool {
	return slices.ContainsFunc(in.Projects, func(p *Project) bool {
		return slices.ContainsFunc(p.Stages, func(s *kargo.Stage) bool {
			return len(s.Status.Conditions) > 0 || len(s.Status.FreightHistory) > 0
		})
	})
}

func (p *Project) lacks(rule *Rule) (kind string, missing bool) {
	for _, kind := range rule.needs {
		if p.Unread(kind) {
			return kindWord(kind), true
		}
	}
	return "", false
}

func kindWord(kind pipeline.Kind) string {
	switch kind {
	case pipeline.Freight:
		return "Freight"
	case pipeline.Warehouses:
		return "Warehouses"
	case pipeline.Promotions:
		return "Promotions"
	default:
		return "the promotion policies"
	}
}

// number gives each finding its fingerprint: those that are about the same thing are
// counted.
func number(findings []Finding) {
	seen := map[string]int{}
	for i := range findings {
		mark := findings[i].fingerprint()
		seen[mark]++
		if n := seen[mark]; n > 1 {
			mark = fmt.Sprintf("%s-%d", mark, n)
		}
		findings[i].Fingerprint = mark
	}
}

func inOrder(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(a.Place.fileName(), b.Place.fileName()),
		cmp.Compare(a.Place.Span.From, b.Place.Span.From),
		cmp.Compare(a.Place.objectName(), b.Place.objectName()),
		cmp.Compare(a.Place.Path, b.Place.Path),
		cmp.Compare(a.Rule.Code, b.Rule.Code),
	)
}

func (p Place) fileName() string {
	if p.File == nil {
		return ""
	}
	return p.File.Name
}

func (p Place) objectName() string {
	if p.Object == nil {
		return ""
	}
	return strings.Join([]string{p.Object.Project, p.Object.Kind, p.Object.Name}, "\x00")
}

func nullNode() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"} }

// and joins names for a sentence: "a, b and c".
func and(names []string) string {
	const most = 5
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// near returns the one name that differs from a mistyped one in no more than two
// letters, "" when there is none or more than one.
func near(name string, known []string) string {
	var best string
	for _, candidate := range known {
		if candidate == name || levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(candidate)) > min(2, (len(name)+2)/3) {
			continue
		}
		if best != "" && best != candidate {
			return ""
		}
		best = candidate
	}
	return best
}

// stageNames returns the names of the Project's Stages.
func (p *Project) stageNames() []string {
	var names []string
	for _, stage := range p.Stages {
		names = append(names, stage.Metadata.Name)
	}
	return names
}

// plural returns "1 Stage" or "2 Stages".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
