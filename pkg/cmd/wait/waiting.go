package wait

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/live"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
)

// waiting is one wait, for one piece of Freight and any number of Stages.
type waiting struct {
	options *options
	env     cli.Env
	// live is nil until the first look has not ended the wait.
	live    *load.Live
	project string
	// freight is what the Freight is called; without a name until it is there.
	freight freightNames
	// targets are empty until the Freight is there.
	targets []*target
}

// freightNames are the names of the Freight that is waited for.
type freightNames struct{ name, alias string }

// title names Freight as people know it.
func (f freightNames) title() string {
	if f.alias != "" {
		return fmt.Sprintf("%s (%s)", f.alias, f.name)
	}
	return f.name
}

// lookTimeout bounds a look that does not wait, which --timeout 0 asks for.
const lookTimeout = 30 * time.Second

// limit returns how long the wait may take; less than 0 sets no limit.
func (o *options) limit() time.Duration {
	if o.timeout == 0 {
		return lookTimeout
	}
	return o.timeout
}

// run waits, and says how that ended.
func (o *options) run(ctx context.Context, env cli.Env) error {
	limited := ctx
	if limit := o.limit(); limit > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	w := &waiting{options: o, env: env}
	err := w.run(limited)
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return err
	}
	return w.conclude()
}

// run returns when every target has ended, which is no error whether it met the
// condition or not.
func (w *waiting) run(ctx context.Context) error {
	in, subject, err := w.read(ctx)
	switch {
	case err != nil && ctx.Err() != nil:
		return fmt.Errorf("timed out after %s, before everything needed was read", w.options.limit())
	case err != nil && !w.mayAppear(err):
		return err
	case err != nil:
		w.announce(err)
	default:
		if err := w.begin(in); err != nil {
			return err
		}
		if w.look(in, nil); w.isOver() {
			return nil
		}
		if w.options.timeout == 0 {
			w.end("%[1]s is not %[2]s: %[3]s")
			return nil
		}
	}
	switch err := w.watch(ctx, subject); {
	case err != nil && ctx.Err() != nil:
		w.timeOut()
		return nil
	case err != nil:
		return err
	}
	defer w.live.Close()
	return w.watchConditions(ctx)
}

// read reads what the first look needs, which of one Stage and one piece of Freight is
// not the whole Project. The Subject is nil where it is.
func (w *waiting) read(ctx context.Context) (in *load.Input, subject *load.Subject, err error) {
	o := w.options
	if len(o.stages) == 1 {
		subject, err = load.ForQuestion(ctx, w.env, o.Options, load.Question{Stage: o.stages[0], Freight: o.freight})
		if err == nil {
			in = subject.Input
		}
	} else if in, err = load.Projects(ctx, w.env, o.Options); err == nil {
		err = w.check(in)
	}
	if err == nil && in.FreightUnread {
		err = in.Incomplete()
	}
	return in, subject, err
}

// check returns an error unless the Stages and the Freight are there, in one Project.
func (w *waiting) check(in *load.Input) error {
	if err := in.RequireStages(w.options.stages); err != nil {
		return err
	}
	if len(in.Projects) > 1 {
		return errors.New("there are several Projects; name one with -p")
	}
	if in.FreightUnread {
		return nil
	}
	_, err := in.ResolveFreight([]string{w.options.freight})
	return err
}

// mayAppear reports whether an error says only that the Freight is not there, which
// time may change.
func (w *waiting) mayAppear(err error) bool {
	missing, is := errors.AsType[*cli.NotFoundError](err)
	return is && missing.Resource == "freights."+kargo.Group && w.options.timeout > 0
}

// announce says that the Freight is not there yet.
func (w *waiting) announce(err error) {
	if !w.options.quiet {
		first, hint, _ := strings.Cut(err.Error(), "\n")
		cli.PrintNotes(w.env, strings.TrimSpace(first+": waiting for it. "+hint))
	}
}

// begin names the Freight and chooses the Stages, once they are there.
func (w *waiting) begin(in *load.Input) error {
	if !w.options.quiet {
		in.PrintWarnings(w.env, w.options.Connection.Color)
	}
	if w.options.condition == listed && in.Projects[0].Project().Unread(pipeline.Warehouses) {
		return errors.New("incomplete: whether Freight is listed is unknown without the Warehouses")
	}
	found, err := w.find(in)
	if err == nil && !found {
		err = fmt.Errorf("freight %q was deleted while it was read", w.options.freight)
	}
	return err
}

// find looks for the Freight, and chooses the Stages when it is there.
func (w *waiting) find(in *load.Input) (found bool, err error) {
	resolved, err := in.ResolveFreight([]string{w.options.freight})
	if _, missing := errors.AsType[*cli.NotFoundError](err); missing {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	project := in.Projects[0].Project()
	f := project.FreightNamed(resolved[project.Name][0])
	w.project, w.freight = project.Name, freightNames{f.Metadata.Name, f.Alias}
	return true, w.choose(project, f)
}

// choose makes a target of each Stage that is named or selected. Selected are those
// that request Freight of this origin.
func (w *waiting) choose(project *pipeline.Project, f *kargo.Freight) error {
	names := w.options.stages
	if w.options.selector != nil {
		for _, s := range project.Stages {
			if s.Requests(f.Origin) && w.options.selector.Matches(labels.Set(s.Metadata.Labels)) {
				names = append(names, s.Metadata.Name)
			}
		}
	}
	if len(names) == 0 {
		return fmt.Errorf("no Stage that is selected requests %s", f.Origin)
	}
	for _, name := range names {
		w.targets = append(w.targets, &target{waiting: w, stage: name, known: map[string]bool{}})
	}
	return nil
}

// watch starts to watch: of one Stage and one piece of Freight what it is about, else
// the whole Project.
func (w *waiting) watch(ctx context.Context, subject *load.Subject) (err error) {
	if subject != nil && subject.Freight != nil {
		w.live, err = subject.Watch(ctx, w.env)
		return err
	}
	question := load.Question{}
	if len(w.options.stages) > 0 {
		question.Stage = w.options.stages[0]
	}
	w.live, err = load.Watch(ctx, w.env, w.options.Options, question)
	return err
}

// watchConditions goes on until something ends the wait.
func (w *waiting) watchConditions(ctx context.Context) error {
	for {
		in, lost := w.live.At(w.env.Now())
		if !w.options.quiet {
			w.live.PrintLoss(w.env, lost)
		}
		if len(w.targets) == 0 && lost == nil {
			if _, err := w.find(in); err != nil {
				return err
			}
		}
		if w.look(in, lost); w.isOver() {
			return nil
		}
		if failed := w.live.Failed(); failed != nil {
			return failed
		}
		if ctx.Err() != nil {
			w.timeOut()
			return nil //nolint:nilerr // that the time is over is among the results
		}
		w.sleep(ctx)
	}
}

// look looks at each target that has not ended.
func (w *waiting) look(in *load.Input, lost *live.Staleness) {
	for _, t := range w.targets {
		if t.ended {
			continue
		}
		t.last = t.look(in, lost)
		if t.last.isMet(w.options.condition) {
			t.ended, t.met = true, true
		} else if t.failure = t.never(t.last); t.failure != "" {
			t.ended = true
		}
	}
}

// isOver reports whether every target has ended.
func (w *waiting) isOver() bool {
	return len(w.targets) > 0 && !slices.ContainsFunc(w.targets, func(t *target) bool { return !t.ended })
}

// end ends each target that has not, for a reason in these words: about what, what it
// was to be, and why it is not.
func (w *waiting) end(format string) {
	for _, t := range w.targets {
		if !t.ended {
			t.ended, t.failure = true, fmt.Sprintf(format, w.freight.title(), t.what(), t.reason(t.last))
		}
	}
}

func (w *waiting) timeOut() { w.end("timed out waiting for %[1]s to be %[2]s: %[3]s") }

// sleep returns when there is news, when the time is up, or at the next instant at which
// an answer may change by itself.
func (w *waiting) sleep(ctx context.Context) {
	var next time.Time
	for _, t := range w.targets {
		if t.ended {
			continue
		}
		if turn := t.last.turn(); !turn.IsZero() && (next.IsZero() || turn.Before(next)) {
			next = turn
		}
	}
	var turn <-chan time.Time
	if !next.IsZero() {
		timer := time.NewTimer(next.Sub(w.env.Now()))
		defer timer.Stop()
		turn = timer.C
	}
	select {
	case <-ctx.Done():
	case <-w.live.Changed():
	case <-turn:
	}
}

// conclude writes how the wait ended, and returns the answer no where it is.
func (w *waiting) conclude() error {
	var failures []string
	if len(w.targets) == 0 {
		failures = append(failures, fmt.Sprintf("timed out waiting for Freight %q, which is not there", w.options.freight))
	}
	for _, t := range w.targets {
		if !t.met {
			failures = append(failures, t.failure)
		}
	}
	if err := w.print(); err != nil {
		return &cli.WriteError{Err: err}
	}
	switch {
	case len(failures) == 0:
		return nil
	case w.options.quiet:
		return &cli.NegativeError{}
	default:
		return &cli.NegativeError{Text: strings.Join(failures, "\n")}
	}
}

// print writes the document, or a line for each Stage for which the condition was met.
func (w *waiting) print() error {
	if w.options.format != "" {
		return w.document()
	}
	for _, t := range w.targets {
		if w.options.quiet || !t.met {
			continue
		}
		_, err := fmt.Fprintf(w.env.Out, "freight.%s/%s condition met: %s\n", kargo.Group, term.Sanitize(w.freight.name), w.options.condition.of(t.stage))
		if err != nil {
			return err
		}
	}
	return nil
}
