// Package screen shows a text on a terminal and redraws it in place, until whoever
// looks at it has seen enough. It alone knows the terminal library.
package screen

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/term"
)

// ErrInterrupted is how Show ends on Ctrl-C.
var ErrInterrupted = errors.New("interrupted")

// Frame is what is to be seen at one moment. Its texts may be colored.
type Frame struct {
	// Head stands above Text and is not scrolled with it.
	Head string
	// Text is the picture. What is larger than the terminal can be scrolled.
	Text string
	// Status is always visible, in parts that are kept whole where there is room.
	Status []string
	// Last stands below the picture that stays when the screen is left.
	Last string
}

// Screen is a text that is redrawn.
type Screen struct {
	// In has the keys, if it is a terminal.
	In io.Reader
	// Out is a terminal.
	Out io.Writer
	// Draw returns what is to be seen now on a terminal so many columns wide. It is
	// called when there is news, each second, and when the terminal was resized, from
	// one goroutine. An error ends the screen.
	Draw func(columns int) (Frame, error)
	// Changed receives when there is news.
	Changed <-chan struct{}
	// ASCII keeps to ASCII characters.
	ASCII bool
}

// Show fills the terminal until q is pressed. The terminal is then as it was before,
// and the last picture is printed there. It ends with an error on Ctrl-C, where Draw
// fails, and with the cause of the context's end.
func (s Screen) Show(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	keys := s.keys()
	m := &model{screen: s, ctx: ctx, keys: keys != nil}
	_, err := tea.NewProgram(m,
		tea.WithInput(keys),
		tea.WithOutput(s.Out),
		tea.WithColorProfile(colorprofile.ANSI), // whether to color is already decided
		tea.WithoutSignalHandler(),
	).Run()
	_, failed := io.WriteString(s.Out, m.left())
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case m.err != nil:
		return m.err
	case err != nil:
		return err
	}
	return failed
}

// keys returns where keys come from; nil without any, where Ctrl-C is a signal.
func (s Screen) keys() io.Reader {
	if file, ok := s.In.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		return s.In
	}
	return nil
}

// Pauses between two pictures, so that much news is no flicker: after news, and
// without any.
const (
	newsPause = 200 * time.Millisecond
	tickPause = time.Second
)

// news and tick are reasons to draw again.
type (
	news struct{}
	tick struct{}
)

// model is the state of a screen, as the terminal library wants it.
type model struct {
	screen        Screen
	ctx           context.Context
	keys          bool
	columns, rows int
	frame         Frame
	window        window
	err           error
}

// Init is part of tea.Model.
func (m *model) Init() tea.Cmd { return tea.Batch(m.listen(0), nextTick()) }

func nextTick() tea.Cmd { return tea.Every(tickPause, func(time.Time) tea.Msg { return tick{} }) }

// listen waits for news, but not before a pause is over.
func (m *model) listen(pause time.Duration) tea.Cmd {
	return func() tea.Msg {
		select {
		case <-time.After(pause):
		case <-m.ctx.Done():
			return tea.Quit()
		}
		select {
		case <-m.screen.Changed:
			return news{}
		case <-m.ctx.Done():
			return tea.Quit()
		}
	}
}

// Update is part of tea.Model.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.columns, m.rows = msg.Width, msg.Height
		return m, m.draw(nil)
	case tick:
		return m, m.draw(nextTick())
	case news:
		return m, m.draw(m.listen(newsPause))
	case tea.KeyPressMsg:
		return m, m.press(msg.String())
	}
	return m, nil
}

// draw makes a new picture, and goes on with next.
func (m *model) draw(next tea.Cmd) tea.Cmd {
	if m.columns == 0 { // the size is not known yet
		return next
	}
	frame, err := m.screen.Draw(m.columns)
	if err != nil {
		m.err = err
		return tea.Quit
	}
	m.frame = frame
	return next
}

func (m *model) press(key string) tea.Cmd {
	switch key {
	case "q", "Q":
		return tea.Quit
	case "ctrl+c":
		m.err = ErrInterrupted
		return tea.Quit
	case "ctrl+z":
		return tea.Suspend
	}
	rows, _ := m.layout()
	m.window.scroll(key, m.frame.Text, m.columns, rows)
	return nil
}

// View is part of tea.Model.
func (m *model) View() tea.View {
	view := tea.NewView("")
	if m.columns > 0 {
		rows, status := m.layout()
		text := m.window.cut(m.frame.Text, m.columns, rows)
		view.Content = strings.Join(slices.Concat(m.head(), text, []string{""}, status), "\n")
	}
	view.AltScreen = true
	return view
}

// head returns the lines above the picture, moved sideways with it.
func (m *model) head() []string {
	var lines []string
	for line := range strings.Lines(m.frame.Head) {
		lines = append(lines, ansi.Cut(strings.TrimSuffix(line, "\n"), m.window.left, m.window.left+m.columns))
	}
	return lines
}

// layout returns how many lines the picture has, and those that are always visible. What
// says which part of the picture is seen takes room itself and may grow as the picture
// shrinks, so that room is only ever added for it; where there is none, it is left out.
func (m *model) layout() (rows int, status []string) {
	status = m.status("")
	reserved := len(status)
	for rows = max(m.room(reserved), 1); ; rows = m.room(reserved) {
		located := m.status(m.window.where(m.frame.Text, m.columns, rows))
		if len(located) <= reserved {
			return rows, located
		}
		if m.room(len(located)) < 1 {
			return rows, status
		}
		reserved = len(located)
	}
}

// room returns how many lines so many lines of status leave for the picture.
func (m *model) room(status int) int { return m.rows - len(m.head()) - status - 1 }

func (m *model) status(where string) []string {
	parts := slices.Clone(m.frame.Status)
	if where != "" {
		parts = append(parts, where)
	}
	if m.keys {
		parts = append(parts, "q quits")
	} else {
		parts = append(parts, "Ctrl-C quits")
	}
	separator := "  ·  "
	if m.screen.ASCII {
		separator = "  |  "
	}
	return flow(parts, separator, m.columns)
}

// left is what stays of the screen.
func (m *model) left() string {
	if m.frame.Last == "" { // nothing was drawn
		return ""
	}
	return m.frame.Head + strings.TrimRight(m.frame.Text, "\n") + "\n\n" + m.frame.Last + "\n"
}
