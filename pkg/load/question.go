package load

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/autopromote"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
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

// ForQuestion reads what the answer to a question needs, and finds what it names: in
// the one Project that has it. From a cluster it reads no other Freight than the
// one that is asked for unless the answer needs it, and of a large Project likewise the
// Stages that are upstream: see pipeline.Objects. What is said of the Project's Stages
// beside the answer is then said of these.
func ForQuestion(ctx context.Context, env cli.Env, options cli.Options, question Question) (*Subject, error) {
	if len(options.Files) > 0 || options.AllProjects || len(options.Projects) > 0 || question.Freight == "" {
		return loadWhole(ctx, env, options, question)
	}
	return loadNarrowly(ctx, env, options, question)
}

// loadNarrowly asks a cluster about one Project.
func loadNarrowly(ctx context.Context, env cli.Env, options cli.Options, question Question) (*Subject, error) {
	l, err := dial(ctx, env, options)
	if err != nil {
		return nil, err
	}
	var found source.Found
	err = l.readCluster(ctx, env, nil, func(ctx context.Context, c source.Cluster) (err error) {
		l.snapshot, found, err = c.ReadFor(ctx, source.Question{
			Stage:    question.Stage,
			Freight:  question.Freight,
			Releases: l.awaitReleases,
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
	e, err := in.findProject(question)
	if err != nil {
		return nil, err
	}
	subject, err := in.newSubject(e, question, found)
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
	return avail.New(project, rules, now).Stage(name).DependsOnOthers(project.Freight()[0])
}

// loadWhole reads whole Projects and chooses among them.
func loadWhole(ctx context.Context, env cli.Env, options cli.Options, question Question) (*Subject, error) {
	l, err := load(ctx, env, options)
	if err != nil {
		return nil, err
	}
	in := l.input()
	e, err := in.findProject(question)
	if err != nil {
		return nil, err
	}
	if len(in.Projects) > 1 { // what is to be said of the others is of no interest
		l.snapshot.Projects = slices.DeleteFunc(l.snapshot.Projects, func(p pipeline.Objects) bool { return p.Project != e.Project().Name })
		in = l.input()
		e = in.Projects[0]
	}
	return in.newSubject(e, question, source.Found{
		Freight: pipeline.MatchFreight(e.Project().Freight(), question.Freight),
		Aliases: aliasesOf(e),
	})
}

// Find finds what a question is about, where whole Projects were read.
func (in *Input) Find(question Question) (*Subject, error) {
	e, err := in.findProject(question)
	if err != nil {
		return nil, err
	}
	one := *in
	one.Projects = []*avail.Evaluator{e}
	return one.newSubject(e, question, source.Found{
		Freight: pipeline.MatchFreight(e.Project().Freight(), question.Freight),
		Aliases: aliasesOf(e),
	})
}
