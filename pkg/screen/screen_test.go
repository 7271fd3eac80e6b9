package screen

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"
)

// terminal is one that a test looks at.
type terminal struct {
	master, slave *os.File
	mu            sync.Mutex
	shown         bytes.Buffer
}

func newTerminal(t *testing.T) *terminal {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	tt := &terminal{master: master, slave: slave}
	tt.resize(t, 40, 10)
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(tt, master) // until it is closed
	}()
	t.Cleanup(func() {
		_ = slave.Close()
		_ = master.Close()
		<-read
	})
	return tt
}

func (tt *terminal) resize(t *testing.T, columns, rows uint16) {
	t.Helper()
	if err := pty.Setsize(tt.master, &pty.Winsize{Cols: columns, Rows: rows}); err != nil {
		t.Fatal(err)
	}
}

// Write is for what is shown.
func (tt *terminal) Write(text []byte) (int, error) {
	tt.mu.Lock()
	defer tt.mu.Unlock()
	return tt.shown.Write(text)
}

func (tt *terminal) String() string {
	tt.mu.Lock()
	defer tt.mu.Unlock()
	return tt.shown.String()
}

// await waits until a text was shown.
func (tt *terminal) await(t *testing.T, text string) {
	t.Helper()
	for range 3000 {
		if strings.Contains(tt.String(), text) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("no %q in %q", text, tt)
}

func (tt *terminal) press(t *testing.T, key string) {
	t.Helper()
	if _, err := tt.master.WriteString(key); err != nil {
		t.Fatal(err)
	}
}

const (
	entersScreen = "\x1b[?1049h"
	leavesScreen = "\x1b[?1049l"
	showsCursor  = "\x1b[?25h"
)

// showing is a screen that is shown.
func showing(ctx context.Context, s Screen) <-chan error {
	ended := make(chan error, 1)
	go func() { ended <- s.Show(ctx) }()
	return ended
}

// wantLeft checks that the terminal is as it was, with the picture in it.
func (tt *terminal) wantLeft(t *testing.T, picture string) {
	t.Helper()
	tt.await(t, leavesScreen)
	picture = strings.ReplaceAll(picture, "\n", "\r\n")
	if picture != "" {
		tt.await(t, picture)
	}
	_, after, _ := strings.Cut(tt.String(), leavesScreen)
	if !strings.Contains(after, showsCursor) {
		t.Errorf("the cursor stays hidden: %q", after)
	}
	if got := ansi.Strip(after); got != picture {
		t.Errorf("what stays is %q, want %q", got, picture)
	}
}

// Every way out leaves the terminal as it was, and the last picture in it.
func TestEveryWayOut(t *testing.T) {
	failure, cause := errors.New("failure"), errors.New("cause")
	for name, test := range map[string]struct {
		key        string
		end, fails bool
		want       error
	}{
		"q":                {key: "q"},
		"Ctrl-C":           {key: "\x03", want: ErrInterrupted},
		"the context ends": {end: true, want: cause},
		"drawing fails":    {fails: true, want: failure},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt := newTerminal(t)
			ctx, end := context.WithCancelCause(t.Context())
			defer end(nil)
			failures := make(chan error, 1)
			changed := make(chan struct{}, 1)
			ended := showing(ctx, Screen{In: tt.slave, Out: tt.slave, Changed: changed, Draw: func(int) (Frame, error) {
				select {
				case err := <-failures:
					return Frame{}, err
				default:
					return Frame{Text: "one\ntwo\n", Status: []string{"fresh"}, Last: "old"}, nil
				}
			}})
			tt.await(t, "q quits")
			switch {
			case test.end:
				end(cause)
			case test.fails:
				failures <- failure
				changed <- struct{}{}
			default:
				tt.press(t, test.key)
			}
			if err := <-ended; !errors.Is(err, test.want) {
				t.Errorf("ends with %v, want %v", err, test.want)
			}
			if before, _, _ := strings.Cut(tt.String(), entersScreen); ansi.Strip(before) != "" {
				t.Errorf("%q is shown outside of the screen", before)
			}
			tt.wantLeft(t, "one\ntwo\n\nold\n")
		})
	}
}

// News, a new size and each second draw again.
func TestItIsDrawnAgain(t *testing.T) {
	var widths []int
	m := &model{ctx: t.Context(), screen: Screen{Draw: func(columns int) (Frame, error) {
		widths = append(widths, columns)
		return Frame{}, nil
	}}}
	for _, msg := range []tea.Msg{tea.WindowSizeMsg{Width: 80, Height: 24}, tick{}, news{}, tea.WindowSizeMsg{Width: 40, Height: 24}} {
		_, next := m.Update(msg)
		if _, resized := msg.(tea.WindowSizeMsg); !resized && next == nil {
			t.Errorf("%T is the last of its kind", msg)
		}
	}
	if want := []int{80, 80, 80, 40}; !slices.Equal(widths, want) {
		t.Errorf("drawn in widths %v, want %v", widths, want)
	}
}

// What has changed is on the terminal.
func TestNewsAreShown(t *testing.T) {
	t.Parallel()
	tt := newTerminal(t)
	changed, pictures := make(chan struct{}), make(chan string, 1)
	pictures <- "before"
	text := ""
	ended := showing(t.Context(), Screen{In: tt.slave, Out: tt.slave, Changed: changed, Draw: func(int) (Frame, error) {
		select {
		case text = <-pictures:
		default:
		}
		return Frame{Text: text, Last: "."}, nil
	}})
	tt.await(t, "before")
	pictures <- "AFTER"
	changed <- struct{}{}
	tt.await(t, "AFTER")
	tt.press(t, "q")
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// It can be ended without keys, too, and says how.
func TestWithoutKeys(t *testing.T) {
	t.Parallel()
	tt := newTerminal(t)
	ctx, end := context.WithCancel(t.Context())
	ended := showing(ctx, Screen{In: strings.NewReader("q"), Out: tt.slave, Draw: func(int) (Frame, error) {
		return Frame{Text: "picture", Last: "old"}, nil
	}})
	tt.await(t, "Ctrl-C quits")
	end()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("ends with %v", err)
	}
	tt.wantLeft(t, "picture\n\nold\n")
}

// A panic does not take the terminal with it.
func TestAPanicLeavesTheScreen(t *testing.T) {
	t.Parallel()
	tt := newTerminal(t)
	changed := make(chan struct{}, 1)
	drawn := false
	// Without keys, which the library reads on for a moment when it panics.
	ended := showing(t.Context(), Screen{Out: tt.slave, Changed: changed, Draw: func(int) (Frame, error) {
		if drawn {
			panic("a panic that a test wants")
		}
		drawn = true
		return Frame{Text: "picture", Last: "old"}, nil
	}})
	tt.await(t, "Ctrl-C quits")
	changed <- struct{}{}
	if err := <-ended; err == nil {
		t.Error("ends without an error")
	}
	tt.wantLeft(t, "picture\n\nold\n")
}
