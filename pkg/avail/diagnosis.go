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

// diagnosis finds out why one upstream Stage does not satisfy a request.
type diagnosis struct {
	// asker is the Stage that waits, nil for the upstream's own sake; request is the one
	// that names the upstream.
	asker    *Stage
	request  *request
	name     string
	upstream *Stage // nil when there is no such Stage
	freight  *kargo.Freight
	// promotions are those of the Freight to the upstream.
	promotions promotions
	// admission says whether the upstream itself may have the Freight.
	admission admission
}

// admission is whether a Stage may have a piece of Freight as it is configured.
type admission uint8

const (
	// admitted: it is available there.
	admitted admission = iota
	// sourceless: the Stage has no source for it.
	sourceless
	// waiting: the Stage waits for upstreams.
	waiting
)

// admission asks the promotion check.
func (s *Stage) admission(f *kargo.Freight) admission {
	switch d := s.available(f); {
	case d.available:
		return admitted
	case d.verdict == VerdictBlocked:
		return waiting
	default:
		return sourceless
	}
}

// diagnose returns the diagnosis of an existing Stage for its own sake.
func (s *Stage) diagnose(f *kargo.Freight, admission admission) *diagnosis {
	return &diagnosis{name: s.Metadata.Name, upstream: s, freight: f, promotions: s.promotionsOf(f), admission: admission}
}

// finding asks the questions in their order of precedence: several reasons can
// hold at once, and the first one that does is given.
func (d *diagnosis) finding() Finding {
	if found := d.firstOf((*diagnosis).selfReference, (*diagnosis).stageNotFound, (*diagnosis).soakImpossible, (*diagnosis).soak); found != nil {
		return *found
	}
	return d.own()
}

// forAsker reports whether the reason at an existing upstream has to do with the Stage
// that waits for it, and not with the upstream alone.
func (d *diagnosis) forAsker() bool {
	return d.freight.Status.VerifiedIn.Has(d.name) || d.upstream == d.asker || d.soakImpossible() != nil
}

// own asks the questions that are about the upstream alone, whoever waits for it.
func (d *diagnosis) own() Finding {
	found := d.firstOf(
		(*diagnosis).stageDeleting,
		(*diagnosis).originNotRequested,
		(*diagnosis).gate,
		(*diagnosis).promotionRunning,
		(*diagnosis).verificationOpen,
		(*diagnosis).promotionQueued,
		(*diagnosis).verificationEnded,
		(*diagnosis).promotionUnknown,
		(*diagnosis).notRecorded,
		(*diagnosis).superseded,
		(*diagnosis).promotionEnded,
		(*diagnosis).unavailable,
	)
	if found != nil {
		return *found
	}
	return d.notPromoted()
}

func (d *diagnosis) firstOf(questions ...func(*diagnosis) *Finding) *Finding {
	for _, ask := range questions {
		if found := ask(d); found != nil {
			return found
		}
	}
	return nil
}

// newFinding returns a Finding of a reason and its evidence.
func newFinding(reason Reason, format string, args ...any) *Finding {
	return &Finding{Reason: reason, Message: fmt.Sprintf(format, args...)}
}

func (d *diagnosis) selfReference() *Finding {
	if d.asker == nil || d.name != d.asker.Metadata.Name {
		return nil
	}
	return newFinding(SelfReference, "the Stage names itself as its upstream")
}

func (d *diagnosis) stageNotFound() *Finding {
	if d.upstream != nil {
		return nil
	}
	return newFinding(StageNotFound, "there is no Stage %q in Project %q", d.name, d.asker.Project().Name)
}

// soakImpossible answers for a soak time that can never pass in the upstream, whether it
// verified the Freight or not: what can never be comes before what only takes time.
func (d *diagnosis) soakImpossible() *Finding {
	if d.upstream == nil || !d.upstream.IsControlFlow() || d.upstream.RunsNow(d.freight) {
		return nil
	}
	need, soaks := d.upstream.evaluator.rules.soakTime(d.request)
	_, there := d.freight.Status.CurrentlyIn.Get(d.name) // from the time before it was a control-flow Stage
	if !soaks || there || d.upstream.evaluator.record(d.freight).soakedFor(d.name) >= need || time.Duration(d.freight.Status.VerifiedIn.At(d.name).LongestSoak) >= need {
		return nil
	}
	return newFinding(SoakImpossible, "a control-flow Stage holds no Freight, so nothing can soak there for %s (kargo#6360)", need)
}

// soak answers for Freight that is verified in the upstream and has not soaked
// there long enough.
func (d *diagnosis) soak() *Finding {
	if !d.freight.Status.VerifiedIn.Has(d.name) {
		return nil
	}
	need := time.Duration(*d.request.Sources.RequiredSoakTime)
	residence, there := d.freight.Status.CurrentlyIn.Get(d.name)
	switch {
	case residence.Since != nil:
		until := residence.Since.Add(need)
		soaking := newFinding(Soaking, "soaked %s of %s, until %s", seconds(max(0, d.upstream.evaluator.now.Sub(*residence.Since))), need, instant(until))
		soaking.Until, soaking.Remaining = until, until.Sub(d.upstream.evaluator.now)
		return soaking
	case there || d.upstream.RunsNow(d.freight):
		return newFinding(ReasonUnknown, "it is there, but not since when")
	case d.freight.Status.VerifiedIn.At(d.name).LongestSoak == 0:
		return newFinding(SoakInterrupted, "left, and how long it was there was not recorded; needed are %s", need)
	default:
		longest := d.upstream.evaluator.record(d.freight).soakedFor(d.name)
		return newFinding(SoakInterrupted, "left after %s of %s", seconds(longest), need)
	}
}

func (d *diagnosis) stageDeleting() *Finding {
	if d.upstream.Metadata.DeletionTimestamp == nil {
		return nil
	}
	return newFinding(StageDeleting, "the Stage is being deleted since %s", instant(*d.upstream.Metadata.DeletionTimestamp))
}

// originNotRequested answers for a Stage that the Freight cannot pass: up to v1.10 an
// approval is enough for a Promotion, and not for a control-flow Stage to list it.
func (d *diagnosis) originNotRequested() *Finding {
	approved := d.admission == admitted && !d.upstream.IsControlFlow()
	if d.upstream.Requests(d.freight.Origin) || approved {
		return nil
	}
	return newFinding(OriginNotRequested, "the Stage does not request %s", d.freight.Origin)
}

// gate answers for a control-flow Stage that passes the Freight on as soon as its
// controller looks, or that should and cannot.
func (d *diagnosis) gate() *Finding {
	if !d.upstream.IsControlFlow() {
		return nil
	}
	if failed := d.upstream.ListError(Configured); failed != "" {
		return newFinding(AwaitingGate, "its listing fails: %s", failed)
	}
	judged := d.upstream.Judge(d.freight)
	listed := d.upstream.evaluator.rules.lists(d.upstream.facts(d.freight), Configured)
	switch {
	case judged.Available[Configured] && judged.Listed[Configured] == No:
		return newFinding(AwaitingGate, "admitted, but its listing leaves it out: %s", judged.divergence(Configured))
	case judged.Available[Configured] || listed:
		return newFinding(AwaitingGate, "open for it, and not passed on yet (kargo refresh stage makes it look again)%s", d.notReady())
	case judged.Listed[Configured] == Unknown:
		return newFinding(ReasonUnknown, "whether it lists the Freight is unknown, as the Warehouses are not known")
	default:
		return nil
	}
}

// notReady quotes the Stage's Ready condition when it is not true.
func (d *diagnosis) notReady() string {
	if ready := d.upstream.Status.Condition(kargo.ConditionReady); ready != nil && ready.Status != "True" {
		return ": " + ready.String()
	}
	return ""
}

func (d *diagnosis) promotionRunning() *Finding {
	running := d.promotions.running
	if running == nil {
		return nil
	}
	return newFinding(PromotionRunning, "%s", withMessage(running.Title()+" is running", running.Message))
}

func (d *diagnosis) verificationOpen() *Finding {
	if !d.upstream.RunsNow(d.freight) {
		return nil
	}
	history := d.upstream.Status.Current().VerificationHistory
	i := slices.IndexFunc(history, func(v kargo.Verification) bool { return v.Phase.Open() })
	if i < 0 {
		return nil
	}
	if history[i].Phase == kargo.VerificationRunning {
		return newFinding(VerificationRunning, "%s", evidence("the verification is running", &history[i]))
	}
	return newFinding(VerificationPending, "%s", evidence("the verification has not reported yet", &history[i]))
}

func (d *diagnosis) promotionQueued() *Finding {
	queued := d.promotions.queued
	if queued == nil {
		return nil
	}
	return newFinding(PromotionPending, "%s is queued%s", queued.Title(), d.upstream.QueuedBehind(queued))
}

// QueuedBehind says behind what a Promotion to the Stage is queued, as far as its status
// tells: the end of a sentence that says that it is queued, or "".
func (s *Stage) QueuedBehind(queued *Promotion) string {
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
func (d *diagnosis) verificationEnded() *Finding {
	if !d.upstream.RunsNow(d.freight) {
		return nil
	}
	if history := d.upstream.Status.Current().VerificationHistory; len(history) > 0 && history[0].Phase != kargo.VerificationSuccessful {
		newest := &history[0]
		reason, failed := reasonOfVerification(newest.Phase)
		if !failed {
			return newFinding(ReasonUnknown, "verification phase %q", newest.Phase)
		}
		return newFinding(reason, "%s", evidence("", newest))
	}
	if !d.upstream.Status.IsHealthy() {
		return newFinding(AwaitingHealth, "%s", d.health())
	}
	return newFinding(VerificationPending, "the Stage is Healthy, and its controller has not verified the Freight yet")
}

// health says what keeps a Stage from being Healthy.
func (d *diagnosis) health() string {
	health := d.upstream.Status.Health
	if health == nil {
		return "the Stage has not reported its health"
	}
	text := "the Stage is " + health.Status
	if d.upstream.HealthStaysUnknown() {
		return fmt.Sprintf("the Stage's health stays Unknown after %s did not succeed, until another Promotion succeeds", promotionOf(d.upstream.Status.LastPromotion).Title())
	}
	if len(health.Issues) > 0 {
		return text + ": " + strings.Join(health.Issues, "; ")
	}
	if c := d.upstream.Status.Condition(kargo.ConditionHealthy); c != nil && c.Message != "" {
		return text + ": " + c.Message
	}
	return text
}

// promotionUnknown answers for Freight whose newest Promotion is in a phase that is not one
// of those that are known.
func (d *diagnosis) promotionUnknown() *Finding {
	unknown := d.promotions.unknown
	if unknown == nil || unknown != d.promotions.last {
		return nil
	}
	return newFinding(ReasonUnknown, "%s is in the phase %q, which this version does not know", unknown.Title(), unknown.Phase)
}

// notRecorded answers for Freight whose Promotion succeeded, and which the Stage, by its
// status, has not got.
func (d *diagnosis) notRecorded() *Finding {
	ended := d.promotions.ended
	if ended == nil || ended.Phase != kargo.PromotionSucceeded {
		return nil
	}
	last, _ := d.upstream.lastRecorded()
	switch {
	case d.upstream.ignores(ended):
		return newFinding(NotRecorded, "%s succeeded at %s, and Kargo ignores it, as its name sorts before that of Promotion %s (kargo#6214)",
			ended.Title(), instant(*ended.FinishedAt), last)
	case last <= ended.Name:
		return newFinding(NotRecorded, "%s has succeeded, and the Stage has not recorded it yet", ended.Title())
	}
	return nil
}

// superseded answers for Freight that the upstream ran before and does not run now.
func (d *diagnosis) superseded() *Finding {
	older := d.upstream.Status.FreightHistory
	ran := false
	for i := 1; i < len(older); i++ {
		if !older[i].Holds(d.freight.Metadata.Name) {
			continue
		}
		ran = true
		for v := range older[i].VerificationHistory {
			ended := &older[i].VerificationHistory[v]
			if reason, failed := reasonOfVerification(ended.Phase); failed {
				return newFinding(reason, "%s", replacedSince(evidence("", ended)))
			}
		}
	}
	if !ran {
		return nil
	}
	words, _ := Superseded.Words()
	return newFinding(Superseded, "%s", words)
}

func (d *diagnosis) promotionEnded() *Finding {
	ended := d.promotions.ended
	if ended == nil {
		return nil
	}
	reason, failed := reasonOfPromotion(ended.Phase)
	if !failed {
		return nil
	}
	message := withMessage(ended.Title(), ended.Message)
	if ended.Requested {
		message += "; Kargo does not retry a PromotionRequest that did not succeed, and records nothing of it"
	}
	return newFinding(reason, "%s", message)
}

// unavailable answers for Freight that the upstream itself may not have yet.
func (d *diagnosis) unavailable() *Finding {
	switch d.admission {
	case sourceless:
		return newFinding(NoSource, "the Stage has neither a direct source nor an upstream for %s", d.freight.Origin)
	case waiting:
		return newFinding(UpstreamBlocked, "not available there")
	case admitted:
	}
	return nil
}

// notPromoted answers for Freight that the upstream may have and does not run.
func (d *diagnosis) notPromoted() Finding {
	ended := d.promotions.ended
	kind := pipeline.Promotions
	if d.upstream.IsTargetAware() {
		kind = pipeline.PromotionRequests
	}
	switch {
	case ended != nil && ended.Phase != kargo.PromotionSucceeded:
		return *newFinding(ReasonUnknown, "%s has ended, and how is not known", ended.Title())
	case ended != nil:
		return *newFinding(Superseded, "%s had succeeded", ended.Title())
	case d.upstream.IsTargetAware() && d.upstream.evaluator.project.Unread(kind):
		return *newFinding(ReasonUnknown, "not verified there; PromotionRequests could not be read, so one may be open or have failed")
	case d.upstream.evaluator.project.Unread(kind):
		return *newFinding(ReasonUnknown, "not verified there; Promotions could not be read, so it may be queued")
	default:
		return *newFinding(NotPromoted, "available there, and not promoted")
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

// replacedSince says that other Freight took the place of what the evidence is about.
func replacedSince(evidence string) string {
	if evidence == "" {
		return "replaced since then"
	}
	return evidence + "; replaced since then"
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
