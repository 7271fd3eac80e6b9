package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// Question names one Stage and perhaps one piece of Freight.
type Question struct {
	Stage string
	// Freight is an exact name, else an alias, else a unique prefix of a name; "" asks
	// of no piece in particular.
	Freight string
	// Candidates says that what auto-promotion would pick is asked for, too, where it is
	// on or may be.
	Candidates bool
}

// Subject is what a Question is about, in what was read for it.
type Subject struct {
	// Input has one Project, that of the Stage.
	*Input
	Stage *avail.Stage
	// Freight is nil when none was asked for, and when Freight could not be read.
	Freight *kargo.Freight
	// loading is how a cluster was asked about the one piece of Freight; else nil.
	loading *loading
}

// Incomplete is the error where Freight could not be read: what is asked about it has no
// answer.
func (in *Input) Incomplete() error {
	return fmt.Errorf("incomplete: %s", in.Header.Warnings[0])
}

// Evaluator returns the one of the Subject's Project.
func (s *Subject) Evaluator() *avail.Evaluator { return s.Projects[0] }

// LoadFor reads what the answer to a question needs, and finds what it names: in
// the one Project that has it. From a cluster it reads no other Freight than the
// one that is asked for unless the answer needs it, and of a large Project likewise the
// Stages that are upstream: see pipeline.Objects. What is said of the Project's Stages
// beside the answer is then said of these.
func LoadFor(ctx context.Context, env Env, options Options, question Question) (*Subject, error) {
	if len(options.Files) > 0 || options.AllProjects || question.Freight == "" {
		return loadWhole(ctx, env, options, question)
	}
	return loadNarrowly(ctx, env, options, question)
}

// loadNarrowly asks a cluster about one Project.
func loadNarrowly(ctx context.Context, env Env, options Options, question Question) (*Subject, error) {
	l, err := dial(env, options)
	if err != nil {
		return nil, err
	}
	var found source.Found
	err = l.withProgress(ctx, env, nil, func(c source.Cluster) (err error) {
		l.snapshot, found, err = c.ReadFor(ctx, source.Question{
			Stage:    question.Stage,
			Freight:  question.Freight,
			Releases: l.tellReleases,
			NeedsAll: func(objects pipeline.Objects, releases kargo.Releases) bool {
				return question.Candidates && mayAutoPromote(question.Stage, objects, avail.RulesFor(releases))
			},
			NeedsStages: func(objects pipeline.Objects, releases kargo.Releases) bool {
				return hangsOnOthers(question.Stage, objects, avail.RulesFor(releases), l.options.At)
			},
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	in := l.input()
	e, err := in.holder(question)
	if err != nil {
		return nil, err
	}
	subject, err := in.about(e, question, found)
	if err != nil {
		return nil, err
	}
	subject.loading = l
	return subject, nil
}

// mayAutoPromote reports whether auto-promotion to the Stage is on, or may be.
func mayAutoPromote(name string, objects pipeline.Objects, rules avail.Rules) bool {
	project := pipeline.New(objects, rules.ByDiscovery())
	stage := project.Stage(name)
	if stage.IsControlFlow() {
		return false
	}
	decision, _ := autopromote.SwitchOf(project, stage, rules) // with an error it is unknown
	return decision.Enabled != avail.No
}

// hangsOnOthers reports whether the answer about the one piece of Freight may hang on
// Stages that are not upstream of the one in question.
func hangsOnOthers(name string, objects pipeline.Objects, rules avail.Rules, now time.Time) bool {
	project := pipeline.New(objects, rules.ByDiscovery())
	return avail.New(project, rules, now).Stage(name).HangsOnOthers(project.Freight()[0])
}

// loadWhole reads whole Projects and chooses among them.
func loadWhole(ctx context.Context, env Env, options Options, question Question) (*Subject, error) {
	l, err := load(ctx, env, options)
	if err != nil {
		return nil, err
	}
	in := l.input()
	e, err := in.holder(question)
	if err != nil {
		return nil, err
	}
	if len(in.Projects) > 1 { // what is to be said of the others is of no interest
		l.snapshot.Projects = slices.DeleteFunc(l.snapshot.Projects, func(p pipeline.Objects) bool { return p.Project != e.Project().Name })
		in = l.input()
		e = in.Projects[0]
	}
	return in.about(e, question, source.Found{
		Freight: pipeline.MatchFreight(e.Project().Freight(), question.Freight),
		Aliases: aliasesOf(e),
	})
}

// Find finds what a question is about, where whole Projects were read.
func (in *Input) Find(question Question) (*Subject, error) {
	e, err := in.holder(question)
	if err != nil {
		return nil, err
	}
	one := *in
	one.Projects = []*avail.Evaluator{e}
	return one.about(e, question, source.Found{
		Freight: pipeline.MatchFreight(e.Project().Freight(), question.Freight),
		Aliases: aliasesOf(e),
	})
}

// holder returns the one Project that has the Stage and, where several do, the
// Freight.
func (in *Input) holder(question Question) (*avail.Evaluator, error) {
	if err := in.RequireStages([]string{question.Stage}, func(string) []string { return nil }); err != nil {
		return nil, err
	}
	var holders, having []*avail.Evaluator
	for _, e := range in.Projects {
		if e.Project().Stage(question.Stage) == nil {
			continue
		}
		holders = append(holders, e)
		if question.Freight != "" && len(pipeline.MatchFreight(e.Project().Freight(), question.Freight)) > 0 {
			having = append(having, e)
		}
	}
	switch {
	case len(having) == 1:
		return having[0], nil
	case len(holders) == 1:
		return holders[0], nil
	case len(having) > 1:
		return nil, inSeveral(question, having)
	case question.Freight != "" && !in.FreightUnread:
		return nil, in.notFound("freights", question.Freight, didYouMean(question.Freight, aliasesOf(holders...)))
	default:
		return nil, inSeveral(question, holders)
	}
}

// inSeveral says that a question is about several Projects.
func inSeveral(question Question, holders []*avail.Evaluator) error {
	lines := []string{fmt.Sprintf("Stage %q is in several Projects; name one with -p:", question.Stage)}
	for _, e := range holders {
		lines = append(lines, "  "+e.Project().Name)
	}
	return errors.New(strings.Join(lines, "\n"))
}

// about returns the Subject in the one Project that was read, by what the reference
// to Freight was found to mean.
func (in *Input) about(e *avail.Evaluator, question Question, found source.Found) (*Subject, error) {
	subject := &Subject{Input: in, Stage: e.Stage(question.Stage)}
	if question.Freight == "" || in.FreightUnread {
		return subject, nil
	}
	if len(found.Freight) > 1 {
		return nil, ambiguous(e.Project().Name, question.Freight, found.Freight)
	}
	for _, f := range e.Project().Freight() {
		if len(found.Freight) == 1 && f.Metadata.Name == found.Freight[0].Metadata.Name {
			subject.Freight = f
			return subject, nil
		}
	}
	return nil, in.notFound("freights", question.Freight, didYouMean(question.Freight, found.Aliases))
}
