package file

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/change"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/edit"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/source"
)

// editing is the variable that makes this test binary one that edits one Stage, in
// "FILE STAGE".
const editing = "KARGO_AVAIL_TEST_EDIT"

// editAsChild edits the Stage as the verb does, and ends the process.
func editAsChild(words string) {
	path, stage, _ := strings.Cut(words, " ")
	if err := setAll(context.Background(), path, stage, collector{}); err != nil {
		fmt.Println(err)
		os.Exit(3)
	}
	os.Exit(0)
}

// setAll sets one Stage of a file to All.
func setAll(ctx context.Context, path, stage string, reporter edit.Reporter) error {
	e, err := prepare(ctx, path, stage, reporter)
	if err != nil {
		return err
	}
	return writeAll(ctx, e)
}

// prepare reads and plans one Stage of a file.
func prepare(ctx context.Context, path, stage string, reporter edit.Reporter) (*Edit, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	e := Read([]source.Text{{Name: path, Path: path, Data: data}},
		edit.Request{Names: []string{stage}, Labels: labels.Everything(), Rule: change.All()},
		Options{InPlace: true, Reporter: reporter})
	return e, errors.Join(e.Prepare(ctx), errors.Join(e.Failures()...))
}

func writeAll(ctx context.Context, e *Edit) error {
	var problems []error
	for _, s := range e.Stages() {
		problems = append(problems, e.Write(ctx, s))
	}
	return errors.Join(problems...)
}

// collector keeps what is reported.
type collector struct{ said *[]string }

func (c collector) Warn(text string) {
	if c.said != nil {
		*c.said = append(*c.said, text)
	}
}

func (c collector) Note(text string) { c.Warn(text) }

// manyStages is a file with so many Stages.
func manyStages(n int) []byte {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "---\n# Stage %d\n%s", i, stageText(fmt.Sprintf("s%d", i), "sources: {stages: [qa, uat]}"))
	}
	return []byte(text.String())
}

func stageText(name, sources string) string {
	return "apiVersion: kargo.akuity.io/v1alpha1\nkind: Stage\nmetadata: {name: " + name + ", namespace: web}\nspec:\n  requestedFreight:\n" +
		"  - origin: {kind: Warehouse, name: app}\n    " + sources + "\n"
}

// Edits of one file by several processes at once are all in it when they exit with 0,
// and all do.
func TestNoEditIsLost(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ processes, rounds int }{{2, 100}, {20, 5}} {
		path := filepath.Join(t.TempDir(), "stages.yaml")
		for round := range test.rounds {
			write(t, path, manyStages(test.processes), 0o644)
			var group sync.WaitGroup
			for i := range test.processes {
				child := exec.CommandContext(t.Context(), os.Args[0])
				child.Env = append(os.Environ(), fmt.Sprintf("%s=%s s%d", editing, path, i))
				group.Go(func() {
					if out, err := child.CombinedOutput(); err != nil {
						t.Errorf("%d processes, round %d: %v: %s", test.processes, round, err, out)
					}
				})
			}
			group.Wait()
			want := strings.ReplaceAll(string(manyStages(test.processes)), "uat]}", "uat], availabilityStrategy: All}")
			if got := string(read(t, path)); got != want {
				t.Fatalf("%d processes, round %d: edits are missing:\n%s", test.processes, round, got)
			}
			alone(t, filepath.Dir(path), "stages.yaml")
		}
	}
}

// What another process changes between reading and writing is kept, or the Stage is not
// written.
func TestChangedBetweenReadingAndWriting(t *testing.T) {
	t.Parallel()
	const two = "sources: {stages: [qa, uat]}"
	before := stageText("prod", two) + "---\n" + stageText("other", two)
	for name, test := range map[string]struct{ now, want, err string }{
		"another Stage": {
			stageText("prod", two) + "---\n" + stageText("other", "sources: {stages: [qa]}"),
			stageText("prod", "sources: {stages: [qa, uat], availabilityStrategy: All}") + "---\n" + stageText("other", "sources: {stages: [qa]}"), "",
		},
		"the order": {
			stageText("other", two) + "---\n" + stageText("prod", two),
			stageText("other", two) + "---\n" + stageText("prod", "sources: {stages: [qa, uat], availabilityStrategy: All}"), "",
		},
		"the same edit": {
			stageText("prod", "sources: {stages: [qa, uat], availabilityStrategy: 'All'}"),
			stageText("prod", "sources: {stages: [qa, uat], availabilityStrategy: 'All'}"), `Stage "prod": not changed, because somebody else just changed it: the strategy of its request for Warehouse/app is now All, and was OneOf`,
		},
		"its upstreams": {
			stageText("prod", "sources: {stages: [qa, dev]}"), stageText("prod", "sources: {stages: [qa, dev]}"),
			`Stage "prod": not changed, because somebody else just changed it: the sources of its request for Warehouse/app are now {"stages":["qa","dev"]}, and were {"stages":["qa","uat"]}; run it again`,
		},
		"it away": {
			stageText("other", two), stageText("other", two),
			`Stage "prod": not changed, because somebody else just changed it: it is not there any more, or has other requests; run it again`,
		},
		"to what is not YAML": {"kargo.akuity.io: [", "kargo.akuity.io: [", "is left as it was: "},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "web.yaml")
			write(t, path, []byte(before), 0o644)
			e, err := prepare(t.Context(), path, "prod", collector{})
			if err != nil {
				t.Fatal(err)
			}
			write(t, path, []byte(test.now), 0o644)
			err = writeAll(t.Context(), e)
			if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("got %v, want %q", err, test.err)
			}
			if got := string(read(t, path)); got != test.want {
				t.Errorf("got\n%swant\n%s", got, test.want)
			}
			alone(t, filepath.Dir(path), "web.yaml")
		})
	}
}

// What a killed edit left is removed by the next one; what is under way is not, as its
// directory is locked.
func TestLeftoversAreRemoved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "web.yaml")
	write(t, path, []byte(stageText("prod", "sources: {stages: [qa, uat]}")), 0o644)
	for _, name := range []string{".kargo-avail-123.tmp", ".kargo-avail-4.tmp", lockName} {
		write(t, filepath.Join(dir, name), []byte("half"), 0o600)
	}
	if err := setAll(t.Context(), path, "prod", collector{}); err != nil {
		t.Fatal(err)
	}
	alone(t, dir, "web.yaml")
}

// A lock that others hold is waited for, until the context ends.
func TestTheLockIsWaitedFor(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	held, err := lockDirectory(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if l, err := lockDirectory(ctx, dir); err == nil || l != nil {
		t.Fatalf("got %v, %v while it is held", l, err)
	}
	held.release()
	next, err := lockDirectory(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	next.release()
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}
