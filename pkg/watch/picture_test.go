package watch

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/live"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/load"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/screen"
)

// drawing is a picture whose verb draws the instant of judgment, and its clock.
type drawing struct {
	*picture
	feed *fakeFeed
	now  time.Time
	// changes says that what is drawn next has changed.
	changes bool
}

func newDrawing() *drawing {
	d := &drawing{feed: &fakeFeed{objects: soaking(build.Noon()), seen: build.Noon()}, now: build.Noon()}
	d.picture = &picture{watcher: &watcher{
		View: View{Mark: "<", Draw: func(w io.Writer, in *load.Input, columns int) (bool, error) {
			fmt.Fprintf(w, "%s in %d\n", clock(in.Header.At), columns)
			return d.changes, nil
		}},
		env:      cli.Env{Now: func() time.Time { return d.now }},
		feed:     d.feed,
		projects: `Project "web"`, where: `context "test"`,
	}}
	return d
}

func (d *drawing) frame(t *testing.T) screen.Frame {
	t.Helper()
	frame, err := d.draw(80)
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

func TestTheStatusSaysHowFreshThePictureIs(t *testing.T) {
	d := newDrawing()
	d.feed.warnings = []string{"a\nb"}
	want := screen.Frame{
		Text:   "12:00:00Z in 80\n\nWarning: a\\nb\n",
		Status: []string{`Watching Project "web" in context "test"`, "connected", "as of 12:00:00Z", "< no change yet"},
		Last:   `As of 2024-01-02T12:00:00Z in context "test"; no longer watched.`,
	}
	if diff := cmp.Diff(want, d.frame(t)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	d.changes = true
	d.frame(t)
	d.changes = false
	d.now = d.now.Add(90 * time.Second)
	d.feed.seen = d.now.Add(-4 * time.Second) // judged at the time of the last message, not now
	frame := d.frame(t)
	if got, want := strings.Join(frame.Status[2:], ", "), "as of 12:01:26Z, < last change 90s ago"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Without a connection, a picture is judged at the time of the loss, and says so.
func TestALostConnectionIsNoFreshPicture(t *testing.T) {
	d := newDrawing()
	d.feed.lost = &live.Staleness{Since: d.now, Err: syscall.ECONNREFUSED}
	d.now = d.now.Add(2 * time.Hour)
	want := screen.Frame{
		Text:   "12:00:00Z in 80\n",
		Status: []string{"CONNECTION LOST 120m ago (the connection is refused): what is shown is as of 12:00:00Z, trying again"},
		Last:   `As of 2024-01-02T12:00:00Z in context "test", when the connection was lost; no longer watched.`,
	}
	if diff := cmp.Diff(want, d.frame(t)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNothingIsDrawnWhenWatchingCannotGoOn(t *testing.T) {
	d := newDrawing()
	d.feed.failed = errors.New("forbidden")
	if _, err := d.draw(80); !errors.Is(err, d.feed.failed) {
		t.Errorf("drawn with %v", err)
	}
}
