package avail

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// look is a look at one upstream that is not satisfied, to find out why.
type look struct {
	*trail
	name     string
	request  *kargo.Request
	upstream *Stage // nil when there is no such Stage
	moves    moves  // of the Freight to the upstream
}

// finding asks the questions in their order of precedence: several reasons can
// hold at once, and the first one that does is given.
func (l *look) finding() Finding {
	questions := []func(*look) *Finding{
		(*look).selfReference,
		(*look).stageNotFound,
		(*look).soak,
		(*look).stageDeleting,
		(*look).originNotRequested,
		(*look).gate,
		(*look).promotionRunning,
		(*look).verificationOpen,
		(*look).promotionQueued,
		(*look).verificationEnded,
		(*look).superseded,
		(*look).promotionEnded,
		(*look).unavailable,
	}
	for _, ask := range questions {
		if found := ask(l); found != nil {
			return *found
		}
	}
	return l.notPromoted()
}

// found returns a Finding of a reason and its evidence.
func found(reason Reason, format string, args ...any) *Finding {
	return &Finding{Reason: reason, Message: fmt.Sprintf(format, args...)}
}

func (l *look) selfReference() *Finding {
	if l.name != l.chain[len(l.chain)-1] {
		return nil
	}
	return found(SelfReference, "the Stage names itself as its upstream")
}

func (l *look) stageNotFound() *Finding {
	if l.upstream != nil {
		return nil
	}
	return found(StageNotFound, "there is no Stage %q in Project %q", l.name, l.evaluator.project.Name)
}

// soak answers for Freight that is verified in the upstream and has not soaked
// there long enough.
func (l *look) soak() *Finding {
	if !l.freight.Status.VerifiedIn.Has(l.name) {
		return nil
	}
	need := time.Duration(*l.request.Sources.RequiredSoakTime)
	residence, there := l.freight.Status.CurrentlyIn.Get(l.name)
	switch {
	case residence.Since != nil:
		until := residence.Since.Add(need)
		soaking := found(Soaking, "soaked %s of %s, until %s", seconds(max(0, l.evaluator.now.Sub(*residence.Since))), need, instant(until))
		soaking.Until, soaking.Remaining = until, until.Sub(l.evaluator.now)
		return soaking
	case there || l.upstream.RunsNow(l.freight):
		return found(ReasonUnknown, "it is there, but not since when")
	case l.upstream.IsControlFlow():
		return found(SoakImpossible, "a control-flow Stage never holds Freight, so that %s can never pass there (kargo#6360)", need)
	case l.freight.Status.VerifiedIn.At(l.name).LongestSoak == 0:
		return found(SoakInterrupted, "left, and how long it was there was not recorded; needed are %s", need)
	default:
		longest := l.evaluator.longestSoak(l.freight, l.name)
		return found(SoakInterrupted, "left after %s of %s", seconds(longest), need)
	}
}

func (l *look) stageDeleting() *Finding {
	if l.upstream.Metadata.DeletionTimestamp == nil {
		return nil
	}
	return found(StageDeleting, "the Stage is being deleted since %s", instant(*l.upstream.Metadata.DeletionTimestamp))
}

func (l *look) originNotRequested() *Finding {
	if l.upstream.Requests(l.freight.Origin) {
		return nil
	}
	return found(OriginNotRequested, "the Stage does not request %s", l.freight.Origin)
}

// gate answers for a control-flow Stage that passes the Freight on as soon as its
// controller looks, or that should and cannot.
func (l *look) gate() *Finding {
	if !l.upstream.IsControlFlow() {
		return nil
	}
	if failed := l.upstream.ListError(Configured); failed != "" {
		return found(AwaitingGate, "its listing fails: %s", failed)
	}
	judged := l.upstream.Judge(l.freight)
	listed := l.evaluator.rules.lists(l.evaluator.standings(l.upstream.Stage, l.freight), Configured)
	switch {
	case judged.Available[Configured] && judged.Listed[Configured] == No:
		return found(AwaitingGate, "admitted, but its listing leaves it out: %s", judged.divergence(Configured))
	case judged.Available[Configured] || listed:
		return found(AwaitingGate, "open for it, and not passed on yet (kargo refresh stage makes it look again)%s", l.notReady())
	case judged.Listed[Configured] == Unknown:
		unknown := found(ReasonUnknown, "whether it lists the Freight is unknown, as the Warehouses are not known")
		if blocked := l.unavailable(); blocked != nil {
			unknown.Causes = blocked.Causes
		}
		return unknown
	default:
		return nil
	}
}

// notReady quotes the Stage's Ready condition when it is not true.
func (l *look) notReady() string {
	if ready := l.upstream.Status.Condition(kargo.ConditionReady); ready != nil && ready.Status != "True" {
		return ": " + ready.String()
	}
	return ""
}

func (l *look) promotionRunning() *Finding {
	running := l.moves.running
	if running == nil {
		return nil
	}
	return found(PromotionRunning, "Promotion %s is running", running.Name)
}

func (l *look) verificationOpen() *Finding {
	if !l.upstream.RunsNow(l.freight) {
		return nil
	}
	history := l.upstream.Status.Current().VerificationHistory
	i := slices.IndexFunc(history, func(v kargo.Verification) bool { return v.Phase.Open() })
	if i < 0 {
		return nil
	}
	if history[i].Phase == kargo.VerificationRunning {
		return found(VerificationRunning, "%s", evidence("the verification is running", &history[i]))
	}
	return found(VerificationPending, "%s", evidence("the verification has not reported yet", &history[i]))
}

func (l *look) promotionQueued() *Finding {
	queued := l.moves.queued
	if queued == nil {
		return nil
	}
	return found(PromotionPending, "Promotion %s is queued%s", queued.Name, l.upstream.busy(queued))
}

// busy says behind what a Promotion to the Stage is queued, as far as its status tells.
func (s *Stage) busy(queued *Move) string {
	if running := s.Status.CurrentPromotion; running != nil && running.Name != queued.Name {
		return " behind Promotion " + running.Name
	}
	current := s.Status.Current()
	if current == nil || !slices.ContainsFunc(current.VerificationHistory, func(v kargo.Verification) bool { return v.Phase.Open() }) {
		return ""
	}
	var names []string
	for _, origin := range slices.Sorted(maps.Keys(current.Items)) {
		name := current.Items[origin].Name
		if f := s.Project().FreightNamed(name); f != nil {
			name = cmp.Or(f.Alias, name)
		}
		names = append(names, name)
	}
	return " behind the verification of " + strings.Join(names, ", ")
}

// verificationEnded answers for Freight that the upstream runs now, with no
// verification under way.
func (l *look) verificationEnded() *Finding {
	if !l.upstream.RunsNow(l.freight) {
		return nil
	}
	if history := l.upstream.Status.Current().VerificationHistory; len(history) > 0 && history[0].Phase != kargo.VerificationSuccessful {
		newest := &history[0]
		reason, failed := reasonOfVerification(newest.Phase)
		if !failed {
			return found(ReasonUnknown, "verification phase %q", newest.Phase)
		}
		return found(reason, "%s", evidence("", newest))
	}
	if !l.upstream.Status.IsHealthy() {
		return found(AwaitingHealth, "%s", l.health())
	}
	return found(VerificationPending, "the Stage is Healthy, and its controller has not verified the Freight yet")
}

// health says what keeps a Stage from being Healthy.
func (l *look) health() string {
	health := l.upstream.Status.Health
	if health == nil {
		return "the Stage has not reported its health"
	}
	text := "the Stage is " + health.Status
	if len(health.Issues) > 0 {
		return text + ": " + strings.Join(health.Issues, "; ")
	}
	if c := l.upstream.Status.Condition(kargo.ConditionHealthy); c != nil && c.Message != "" {
		return text + ": " + c.Message
	}
	return text
}

// superseded answers for Freight that the upstream ran before and does not run now.
func (l *look) superseded() *Finding {
	older := l.upstream.Status.FreightHistory
	ran := false
	for i := 1; i < len(older); i++ {
		if !older[i].Holds(l.freight.Metadata.Name) {
			continue
		}
		ran = true
		for v := range older[i].VerificationHistory {
			ended := &older[i].VerificationHistory[v]
			if reason, failed := reasonOfVerification(ended.Phase); failed {
				return found(reason, "%s", withMessage("replaced since", evidence("", ended)))
			}
		}
	}
	if !ran {
		return nil
	}
	return found(Superseded, "replaced by other Freight before it was verified")
}

func (l *look) promotionEnded() *Finding {
	ended := l.moves.ended
	if ended == nil {
		return nil
	}
	reason, failed := reasonOfPromotion(ended.Phase)
	if !failed {
		return nil
	}
	return found(reason, "%s", withMessage("Promotion "+ended.Name, ended.Message))
}

// unavailable answers for Freight that the upstream itself may not have yet.
func (l *look) unavailable() *Finding {
	d := l.upstream.available(l.freight)
	switch {
	case d.available:
		return nil
	case d.verdict != VerdictBlocked:
		return found(NoSource, "the Stage has neither a direct source nor an upstream for %s", l.freight.Origin)
	case slices.Contains(l.chain, l.name):
		return found(Cycle, "the Stage waits for itself: %s", l.circle())
	}
	blocked := found(UpstreamBlocked, "not available there")
	causes, expanded := l.causes(l.upstream)
	if !expanded {
		blocked.Message = "not available there; its causes are given where it comes first"
	}
	blocked.Causes = causes
	return blocked
}

// circle says which Stages of the chain wait for each other: "a waits for b, b for a".
func (l *look) circle() string {
	around := append(slices.Clone(l.chain[slices.Index(l.chain, l.name):]), l.name)
	steps := make([]string, 0, len(around))
	for i := range len(around) - 1 {
		steps = append(steps, around[i]+" for "+around[i+1])
	}
	return strings.Replace(strings.Join(steps, ", "), " for ", " waits for ", 1)
}

// notPromoted answers for Freight that the upstream may have and does not run.
func (l *look) notPromoted() Finding {
	ended, last := l.moves.ended, l.upstream.Status.LastPromotion
	switch {
	case ended != nil && ended.Phase != kargo.PromotionSucceeded:
		return *found(ReasonUnknown, "Promotion %s has ended, and how is not known", ended.Name)
	case ended != nil && (last == nil || last.Name <= ended.Name):
		return *found(VerificationPending, "Promotion %s has succeeded, and the Stage has not taken note yet", ended.Name)
	case ended != nil:
		return *found(Superseded, "Promotion %s succeeded, and other Freight has replaced it since", ended.Name)
	case l.evaluator.project.Unread(pipeline.Promotions):
		return *found(ReasonUnknown, "not verified there; Promotions could not be read, so it may be queued")
	default:
		return *found(NotPromoted, "available there, and not promoted")
	}
}

// evidence says what a verification said, or lead when it said nothing.
func evidence(lead string, v *kargo.Verification) string {
	text := v.Message
	if text == "" {
		text = lead
	}
	if v.AnalysisRun == nil {
		return text
	}
	return withMessage("AnalysisRun "+v.AnalysisRun.Name, text)
}

// withMessage appends a message that may be empty.
func withMessage(subject, message string) string {
	if message == "" {
		return subject
	}
	return subject + ": " + message
}

// instant writes a time for a person, to the second and in UTC.
func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// seconds writes a length of time for a person, in whole seconds.
func seconds(d time.Duration) string { return d.Truncate(time.Second).String() }
