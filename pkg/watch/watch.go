// Package watch is what --watch does for a verb: a picture on a terminal that keeps
// itself up to date and, elsewhere, a line or a document for each verdict that changes.
package watch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/live"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// Flag is --watch.
type Flag struct{ On bool }

// AddTo registers the flag.
func (f *Flag) AddTo(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&f.On, "watch", "w", false,
		"redraw on a terminal when something changes, until q; in a pipe, and with -o json|yaml, print each change")
}

// Check returns all that keeps what these options ask for from being watched: the
// format is to be none, or among those that can be.
func (f *Flag) Check(options cli.Options, format string, can ...string) error {
	if !f.On {
		return nil
	}
	var problems []error
	if len(options.Files) > 0 {
		problems = append(problems, errors.New("--watch follows a cluster: it does not go with --filename"))
	}
	if len(options.Projects) > 0 {
		problems = append(problems, errors.New("--watch follows one Project, or all of them with -A"))
	}
	if options.AtGiven {
		problems = append(problems, errors.New("--watch follows the clock: it does not go with --at"))
	}
	if format != "" && !slices.Contains(can, format) {
		problems = append(problems, fmt.Errorf("--watch goes with -o %s, or without: it does not go with -o %s", strings.Join(can, "|"), format))
	}
	return errors.Join(problems...)
}

// View is what a verb watches.
type View struct {
	// Question names what has to be there at first, if anything. Whole Projects are watched.
	Question load.Question
	// Select returns what the changes of verdicts are about. It is called for the first
	// picture, where its error ends the command, and for each later one.
	Select func(in *load.Input) (report.Selection, error)
	// Draw writes a picture for a terminal so many columns wide, and reports whether it
	// says something else than the one before, ages and countdowns aside.
	Draw func(w io.Writer, in *load.Input, columns int) (changed bool, err error)
	// Headers says that the first line that Draw writes has the headers of columns.
	Headers bool
	// NoHeaders leaves out the header of the lines that there are in a pipe.
	NoHeaders bool
	// Mark is what Draw marks changes with; "" when it does not.
	Mark string
	// Format is json or yaml for documents, else there are pictures and lines.
	Format string
	ASCII  bool
}

// Run watches until the context ends, whoever looks at it has seen enough, or
// watching cannot go on.
func (v View) Run(ctx context.Context, env cli.Env, options cli.Options) error {
	followed, err := load.Watch(ctx, env, options, v.Question)
	if err != nil {
		return err
	}
	defer followed.Close()
	w := &watcher{View: v, env: env, color: options.Connection.Color, feed: followed, where: followed.Where(), projects: followed.Projects()}
	return w.run(ctx)
}

// feed is a load.Live.
type feed interface {
	At(now time.Time) (*load.Input, *live.Staleness)
	PrintLoss(env cli.Env, lost *live.Staleness)
	Changed() <-chan struct{}
	Failed() error
	Seen() time.Time
	Settle(ctx context.Context)
}

// watcher is one run of a View.
type watcher struct {
	View
	env   cli.Env
	color cli.ColorMode
	feed  feed
	// where names the cluster, projects what is watched there.
	where, projects string
}

func (w *watcher) run(ctx context.Context) error {
	w.feed.Settle(ctx)
	if err := w.feed.Failed(); err != nil {
		return err
	}
	in, _ := w.look()
	if _, err := w.Select(in); err != nil {
		if in.FreightUnread { // and why is among the warnings
			in.PrintWarnings(w.env, w.color)
		}
		return err
	}
	if w.isPicture() {
		return w.show(ctx)
	}
	return w.writeChanges(ctx)
}

// isPicture reports whether there is a terminal to draw on.
func (w *watcher) isPicture() bool {
	terminal, _ := w.env.Terminal()
	kind, _ := w.env.Getenv("TERM")
	return terminal && kind != "dumb" && !w.writesDocuments()
}

// writesDocuments reports whether a change is a document, and no line.
func (w *watcher) writesDocuments() bool { return w.Format == "json" || w.Format == "yaml" }

// look returns what is known: judged now or, when the connection is lost, at the last
// instant of which anything is known.
func (w *watcher) look() (*load.Input, *live.Staleness) {
	in, lost := w.feed.At(w.env.Now().UTC())
	if lost != nil {
		in, _ = w.feed.At(lost.Since.UTC())
	}
	return in, lost
}
