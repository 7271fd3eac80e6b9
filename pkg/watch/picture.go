package watch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/live"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/screen"
)

// show draws pictures on the terminal.
func (w *watcher) show(ctx context.Context) error {
	p := &picture{watcher: w, palette: term.NewPalette(w.env.Colors(w.color, w.env.Out))}
	err := screen.Screen{In: w.env.In, Out: w.env.Out, Draw: p.draw, Changed: w.feed.Changed(), ASCII: w.ASCII}.Show(ctx)
	if errors.Is(err, screen.ErrInterrupted) {
		return cli.SignalError{Signal: syscall.SIGINT}
	}
	return err
}

// picture is what the terminal shows.
type picture struct {
	*watcher
	palette term.Palette
	// changed is when the picture last said something new; zero when it never did.
	changed time.Time
}

// draw draws what is known now.
func (p *picture) draw(columns int) (screen.Frame, error) {
	if err := p.feed.Failed(); err != nil {
		return screen.Frame{}, err
	}
	in, lost := p.look()
	var text strings.Builder
	changed, err := p.Draw(&text, in, columns)
	if err != nil {
		return screen.Frame{}, err
	}
	if changed {
		p.changed = p.env.Now()
	}
	p.warn(&text, in)
	head, body := "", text.String()
	if first, rest, ok := strings.Cut(body, "\n"); ok && p.Headers {
		head, body = first+"\n", rest
	}
	return screen.Frame{Head: head, Text: body, Status: p.status(lost), Last: p.last(lost)}, nil
}

// warn writes below the picture what is unknown or approximate.
func (p *picture) warn(w io.Writer, in *load.Input) {
	if len(in.Header.Warnings)+len(in.Notes) > 0 {
		fmt.Fprintln(w)
	}
	for _, warning := range in.Header.Warnings {
		fmt.Fprintln(w, p.palette.Warning("Warning:"), term.Sanitize(warning))
	}
	for _, note := range in.Notes {
		fmt.Fprintln(w, "Note:", term.Sanitize(note))
	}
}

// status says how fresh the picture is.
func (p *picture) status(lost *live.Staleness) []string {
	now := p.env.Now()
	if lost != nil {
		return []string{p.palette.Bad(fmt.Sprintf("CONNECTION LOST %s ago (%s): what is shown is as of %s, trying again",
			duration.HumanDuration(now.Sub(lost.Since)), term.Sanitize(load.DescribeLoss(lost.Err)), clock(lost.Since)))}
	}
	parts := []string{term.Sanitize("Watching " + p.projects + " in " + p.where), "connected", "as of " + clock(p.feed.Seen())}
	switch {
	case !p.changed.IsZero():
		parts = append(parts, strings.TrimLeft(fmt.Sprintf("%s last change %s ago", p.Mark, duration.HumanDuration(now.Sub(p.changed))), " "))
	case p.Mark != "":
		parts = append(parts, p.Mark+" no change yet")
	}
	return parts
}

// last says, where nobody watches any more, how old the picture is.
func (p *picture) last(lost *live.Staleness) string {
	at, when := p.feed.Seen(), ""
	if lost != nil {
		at, when = lost.Since, ", when the connection was lost"
	}
	return fmt.Sprintf("As of %s in %s%s; no longer watched.", at.UTC().Format(time.RFC3339), term.Sanitize(p.where), when)
}

// clock is the time of the day, to the second.
func clock(at time.Time) string { return at.UTC().Format("15:04:05Z") }
