package avail_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// The releases that tests judge by: the last ones before the rules changed.
const (
	v11  = "v1.1.3"  // neither soak times nor strategies
	v12  = "v1.2.3"  // soak times
	v132 = "v1.3.2"  // strategies, which the check ignores
	v133 = "v1.3.3"  // the check honours them, soak is measured in one way
	v17  = "v1.7.10" // as v1.3.3
	v110 = "v1.10.10"
	v111 = "v1.11.2"
)

// tester is what the helpers need of *testing.T and *rapid.T.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// world is a Project p under judgement. What is not given is plain: Warehouse w,
// everything readable, the newest release, noon.
type world struct {
	release    string
	now        time.Time
	stages     []kargo.Stage
	freight    []kargo.Freight
	promotions []kargo.Promotion
	warehouses []string
	unread     []pipeline.Kind
}

func (w world) objects() pipeline.Objects {
	objects := pipeline.Objects{
		Project: "p", Stages: w.stages, Freight: w.freight, Promotions: w.promotions, Warehouses: w.warehouses,
	}
	if objects.Warehouses == nil {
		objects.Warehouses = []string{"w"}
	}
	for _, kind := range w.unread {
		objects.Unread = objects.Unread.With(kind)
	}
	return objects
}

// evaluator returns what judges the world.
func (w world) evaluator(t tester) *avail.Evaluator {
	t.Helper()
	releases := kargo.Releases{}
	if w.release != "" {
		var err error
		if releases, err = kargo.ParseRelease(w.release); err != nil {
			t.Fatal(err)
		}
	}
	rules := avail.RulesFor(releases)
	return avail.New(pipeline.New(w.objects(), rules.ByDiscovery()), rules, w.clock())
}

// clock returns the instant of judgement.
func (w world) clock() time.Time {
	if w.now.IsZero() {
		return build.Noon()
	}
	return w.now
}

// judge returns the answer for the first piece of Freight at the first Stage.
func (w world) judge(t tester) avail.Judgment {
	t.Helper()
	stage, freight := w.subject(t)
	return stage.Judge(freight)
}

// blockers returns what keeps the first piece of Freight from the first Stage.
func (w world) blockers(t tester) []avail.Blocker {
	t.Helper()
	stage, freight := w.subject(t)
	return stage.Blockers(freight)
}

func (w world) subject(t tester) (*avail.Stage, *kargo.Freight) {
	t.Helper()
	stage := w.evaluator(t).Stage(w.stages[0].Metadata.Name)
	if stage == nil {
		t.Fatalf("no view of Stage %q", w.stages[0].Metadata.Name)
	}
	return stage, &w.freight[0]
}

// answers writes what the check says as configured, under any and under all, in
// the way of Kargo's own notes: "TTF".
func answers(available [3]bool) string {
	var text strings.Builder
	for _, yes := range available {
		text.WriteByte("FT"[b2i(yes)])
	}
	return text.String()
}

// listing writes the same of the listing, with ? where there is no answer.
func listing(listed [3]avail.Truth) string {
	var text strings.Builder
	for _, truth := range listed {
		text.WriteByte(map[avail.Truth]byte{avail.Unknown: '?', avail.No: 'F', avail.Yes: 'T'}[truth])
	}
	return text.String()
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// causes writes each divergence with the semantics in which it holds, such as
// "SoakedElsewhere: configured all".
func causes(divergences []avail.Divergence) []string {
	texts := []string{}
	for _, d := range divergences {
		text := string(d.Cause) + ":"
		for _, semantics := range d.In {
			text += " " + semantics.String()
		}
		texts = append(texts, text)
	}
	return texts
}

// tree writes blockers and, indented, their root causes, one to a line:
// "qa [any all] NotPromoted: available there, and not promoted".
func tree(blockers []avail.Blocker) string {
	var text strings.Builder
	for _, b := range blockers {
		words := make([]string, 0, len(b.Blocks))
		for _, semantics := range b.Blocks {
			words = append(words, semantics.String())
		}
		fmt.Fprintf(&text, "%s [%s] %s: %s\n", b.Stage, strings.Join(words, " "), b.Reason, b.Message)
		for _, root := range b.Roots {
			fmt.Fprintf(&text, "  %s %s\n", root.Stage, root.Reason)
		}
		if b.MoreRoots > 0 {
			fmt.Fprintf(&text, "  and %d more\n", b.MoreRoots)
		}
	}
	return text.String()
}

// lines joins the lines of a tree.
func lines(texts ...string) string {
	return strings.Join(append(texts, ""), "\n")
}
