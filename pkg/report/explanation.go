package report

import (
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// KindExplanation is the kind of an Explanation.
const KindExplanation = "Explanation"

// Explanation says why pieces of Freight are or are not available to one Stage.
type Explanation struct {
	Header
	Project string         `json:"project"`
	Stage   ExplainedStage `json:"stage"`
	// Freight has the piece that was asked for or, when none was, one per origin;
	// unknown when Freight could not be read.
	Freight Nullable[ExplainedFreight] `json:"freight"`
	// Asked says that a piece of Freight was asked for.
	Asked bool `json:"-"`
}

// ExplainedStage is the Stage that an Explanation is about.
type ExplainedStage struct {
	Name        string    `json:"name"`
	ControlFlow bool      `json:"controlFlow"`
	Current     []Current `json:"current"`
	Requests    []Request `json:"requests"`
	// AutoPromotion is Enabled when the policies say so, nil when it is not known.
	AutoPromotion Policies `json:"autoPromotion"`
	// ListError is the error of the listing as configured; optional.
	ListError string `json:"listError,omitzero"`
	// Freeze is there while a promotion window is closed; optional.
	Freeze *Freeze `json:"freeze,omitzero"`
	// WebUIFails says that Kargo's API server, and so the web UI, cannot list the Stage's
	// Freight, though its controllers can (kargo#5935); optional.
	WebUIFails bool `json:"webUIFails,omitzero"`
	// Problems are what is wrong at the Stage itself, worst first. What hangs on an outcome
	// of auto-promotion that is Unknown is not among them.
	Problems []Problem `json:"problems"`
	// Origins has what runs of each origin that is requested; nil, as Rollbacks, Sets and
	// Ahead, where no other Freight than that in question was read.
	Origins Nullable[Running] `json:"origins"`
	// Rollbacks are what the Stage ran before and may be promoted to it again; may be nil.
	Rollbacks Nullable[Named] `json:"rollbacks"`
	// Sets are whole sets of Freight that an upstream runs and that can be promoted,
	// where the Stage requests several origins; may be nil.
	Sets Nullable[Set] `json:"sets"`
	// Ahead is Freight that upstreams run and the Stage does not; may be nil.
	Ahead Nullable[Ahead] `json:"ahead"`
}

// Problem is something at a Stage that keeps it from moving by itself.
type Problem struct {
	// Kind is one of remedy's kinds of problems.
	Kind string `json:"kind"`
	// Text says what it is, and Remedy what frees it; Remedy is optional.
	Text   string `json:"text"`
	Remedy string `json:"remedy,omitzero"`
	// Command is optional.
	Command string `json:"command,omitzero"`
	// Waits says that it goes away by itself.
	Waits bool `json:"waits"`
}

// Running is what a Stage runs of one origin.
type Running struct {
	Origin string `json:"origin"`
	// Freight and Alias are optional: absent when nothing of the origin runs.
	Freight string `json:"freight,omitzero"`
	Alias   string `json:"alias,omitzero"`
	// Since is when it came, and Promotion what brought it; each is optional.
	Since     *time.Time `json:"since,omitzero"`
	Promotion string     `json:"promotion,omitzero"`
	// Last says that it came last of all, where there are several.
	Last bool `json:"last"`
}

// Set is what an upstream runs of all origins.
type Set struct {
	Upstream string  `json:"upstream"`
	Freight  []Named `json:"freight"`
	// Commands promote what the Stage does not run yet.
	Commands []string `json:"commands"`
}

// Policies is what the promotion policies say of a Stage.
type Policies struct {
	Enabled *bool `json:"enabled"`
	// Selecting has the policies that select the Stage: the first decides, the others
	// are shadowed by it.
	Selecting []Policy `json:"selecting"`
	// Next is what is promoted next, by origin; empty for a control-flow Stage.
	Next map[string]Next `json:"next"`
}

// Policy is one promotion policy.
type Policy struct {
	Index    int    `json:"index"`
	Selector string `json:"selector"`
	Enabled  bool   `json:"enabled"`
	// WindowsOnly says that it switches auto-promotion off by having promotion windows
	// and no autoPromotionEnabled; optional.
	WindowsOnly bool `json:"windowsOnly,omitzero"`
}

// ExplainedFreight is one piece of Freight and all that decides about it.
type ExplainedFreight struct {
	Freight
	// Summary is the verdict in one sentence.
	Summary string `json:"summary"`
	// SameArtifacts are other pieces of Freight of the origin with the same artifacts, newest
	// first, and where they are verified; nil where no other Freight was read.
	SameArtifacts Nullable[Twin] `json:"sameArtifacts"`
	// Replaces is what the Stage runs now and a Promotion of the Freight would replace; optional.
	Replaces *Replacement `json:"replaces,omitzero"`
	// Unverified says what keeps the Stage from verifying the Freight, which it runs, as it
	// would be said of an upstream; optional.
	Unverified *Blocker `json:"unverified,omitzero"`
	// Chain has the Stages that wait for upstreams and that this one waits for, directly or
	// through others: each once, nearest first, with its own blockers.
	Chain []Link `json:"chain"`
	// Checks has an entry per request of the Freight's origin.
	Checks        []Check         `json:"checks"`
	Disagreements []Disagreement  `json:"disagreements"`
	AutoPromotion FreightPolicies `json:"autoPromotion"`
	Forecast      Forecast        `json:"forecast"`
	Steps         []Step          `json:"steps"`
	// Ways has the alternatives, each with the indexes in Steps of what is needed together; nil
	// where there are too many to tell.
	Ways Nullable[[]int] `json:"ways"`
	// Next has further Freight of the origin that is not available, where no piece was
	// asked for; More is how many a limit left out.
	Next []NextFreight `json:"next"`
	More int           `json:"more"`
}

// Replacement is the Freight of an origin that a Promotion would replace, and how the
// artifacts differ.
type Replacement struct {
	Named
	// Changes are from that Freight to the other one; unknown where that Freight was not
	// read.
	Changes Nullable[ArtifactChange] `json:"changes"`
}

// ArtifactChange is an artifact that differs between two pieces of Freight. From and To are
// the tag, version, digest or commit, with the separator before it; null where one has none.
type ArtifactChange struct {
	Repository string  `json:"repository"`
	From       *string `json:"from"`
	To         *string `json:"to"`
}

// Ahead is Freight of a requested origin that upstreams run and the Stage does not.
type Ahead struct {
	Named
	Origin string `json:"origin"`
	// Upstreams run it, in the order of the Stage's requests.
	Upstreams []string `json:"upstreams"`
	// Changes are from what the Stage runs of the origin to this Freight; null where it runs
	// nothing of it, or one of them was not read.
	Changes Nullable[ArtifactChange] `json:"changes"`
}

// Twin is Freight with the same artifacts under another name: Kargo makes it when a
// subscription is given a name.
type Twin struct {
	Named
	// VerifiedIn are Stages, by name.
	VerifiedIn []string `json:"verifiedIn"`
}

// Link is a Stage on the way to the root causes.
type Link struct {
	Stage    string    `json:"stage"`
	Blockers []Blocker `json:"blockers"`
}

// Check is the rule of one request, point by point.
type Check struct {
	Request    int        `json:"request"`
	Approved   bool       `json:"approved"`
	ApprovedAt *time.Time `json:"approvedAt,omitzero"`
	Direct     bool       `json:"direct"`
	// Available says that the request, were it the only one, would admit the Freight.
	Available bool `json:"available"`
	// Needed is how many of the upstreams have to be satisfied, as configured; it is all
	// of them where TakesAll.
	Needed   int  `json:"needed"`
	TakesAll bool `json:"takesAll"`
	// RequiredSoakTime is optional: absent when none is required, or Kargo does not look at it.
	RequiredSoakTime *kargo.Duration `json:"requiredSoakTime,omitzero"`
	// Ignores names the fields that the request has set and that Kargo's check does not
	// look at in this release; optional.
	Ignores   []string        `json:"ignores,omitempty"`
	Upstreams []UpstreamCheck `json:"upstreams"`
}

// What a Check may ignore.
const (
	IgnoresSoak     = "requiredSoakTime"
	IgnoresStrategy = "availabilityStrategy"
)

// UpstreamCheck is how far one upstream is with a piece of Freight.
type UpstreamCheck struct {
	Stage  string `json:"stage"`
	Exists bool   `json:"exists"`
	// ControlFlow says that the upstream holds no Freight, so that nothing soaks there.
	ControlFlow bool `json:"controlFlow"`
	Satisfied   bool `json:"satisfied"`
	Verified    bool `json:"verified"`
	// VerifiedAt is optional: old releases did not write it down.
	VerifiedAt *time.Time `json:"verifiedAt,omitzero"`
	// Current says that it is there now, Since when it entered; Since is optional.
	Current bool       `json:"current"`
	Since   *time.Time `json:"since,omitzero"`
	// Soak is optional: absent when no soak time is required, or Kargo does not look at it.
	Soak *Soak `json:"soak,omitzero"`
	// Promotion, Verification and Health are evidence, each optional.
	Promotion    *PromotionEvidence    `json:"promotion,omitzero"`
	Verification *VerificationEvidence `json:"verification,omitzero"`
	Health       *HealthEvidence       `json:"health,omitzero"`
}

// Soak is how long Freight was in a Stage, of how long it has to be.
type Soak struct {
	Required kargo.Duration `json:"required"`
	// Elapsed is the longest stay, the running one included, verified or not.
	Elapsed  kargo.Duration `json:"elapsed"`
	Complete bool           `json:"complete"`
	// Until is when the running stay completes it; optional.
	Until *time.Time `json:"until,omitzero"`
}

// PromotionEvidence is the newest Promotion of the Freight to the upstream.
type PromotionEvidence struct {
	// Kind is Promotion or, of a Stage with Targets, PromotionRequest.
	Kind string `json:"kind"`
	Promotion
	FinishedAt *time.Time `json:"finishedAt,omitzero"`
}

// VerificationEvidence is the newest verification of what the upstream holds.
type VerificationEvidence struct {
	Phase       string `json:"phase"`
	Message     string `json:"message"`
	AnalysisRun string `json:"analysisRun,omitzero"`
	// Replaced says that other Freight has replaced it there since.
	Replaced   bool       `json:"replaced"`
	StartTime  *time.Time `json:"startTime,omitzero"`
	FinishTime *time.Time `json:"finishTime,omitzero"`
}

// HealthEvidence is the health of an upstream that is not Healthy.
type HealthEvidence struct {
	Status string     `json:"status"`
	Issues []string   `json:"issues"`
	Since  *time.Time `json:"since,omitzero"`
}

// Disagreement is where the check and the listing differ, and what follows.
type Disagreement struct {
	Divergence
	// Available and Listed are the two answers; Listed is nil where the listing fails.
	Available bool  `json:"available"`
	Listed    *bool `json:"listed"`
	// Reason, Consequence and WayOut are for a person.
	Reason      string `json:"reason"`
	Consequence string `json:"consequence"`
	WayOut      string `json:"wayOut"`
}

// FreightPolicies is what auto-promotion does about a piece of Freight.
type FreightPolicies struct {
	// Hold keeps auto-promotion of the origin; optional.
	Hold *Hold `json:"hold,omitzero"`
	// Candidates has, by semantics, what auto-promotion would pick of the origin. It is
	// optional, absent where auto-promotion is off and for control-flow Stages.
	Candidates *CandidatesOf `json:"candidates,omitzero"`
	// Guard is what keeps this Freight from being promoted by itself, were it the
	// candidate; optional.
	Guard *Guard `json:"guard,omitzero"`
	// Outcome says to a person what auto-promotion does.
	Outcome string `json:"outcome"`
}

// CandidatesOf are the candidates of one origin; a nil Known is unknown.
type CandidatesOf struct{ Known map[string]Named }

// MarshalJSONTo writes null for what is unknown.
func (c CandidatesOf) MarshalJSONTo(enc *jsontext.Encoder) error {
	if c.Known == nil {
		return enc.WriteToken(jsontext.Null)
	}
	return json.MarshalEncode(enc, c.Known, json.Deterministic(true))
}

// Named is a piece of Freight by its names.
type Named struct {
	Name  string `json:"name"`
	Alias string `json:"alias"`
}

// Hold is what holds auto-promotion of one origin.
type Hold struct {
	Freight string `json:"freight"`
	// Alias is the Freight's; optional, absent when it is not known.
	Alias     string     `json:"alias,omitzero"`
	Promotion string     `json:"promotion"`
	Actor     string     `json:"actor"`
	CreatedAt *time.Time `json:"createdAt,omitzero"`
}

// Guard is why auto-promotion passes over a candidate.
type Guard struct {
	Reason string `json:"reason"`
	// Promotion is the one that is in the way; optional.
	Promotion string `json:"promotion,omitzero"`
}

// Forecast is when questions will be answered yes, by semantics.
type Forecast struct {
	Available Outlooks `json:"available"`
	Listed    Outlooks `json:"listed"`
	// Divergence says where the two will differ, as configured, at the instant at which
	// the Freight becomes available by itself; empty when it does not.
	Divergence []Divergence `json:"divergence"`
}

// Outlooks are outlooks by semantics.
type Outlooks struct {
	Configured Outlook `json:"configured"`
	Any        Outlook `json:"any"`
	All        Outlook `json:"all"`
}

// Outlook is when one question will be answered yes.
type Outlook struct {
	// State is Now, Later, Open, Never or Unknown.
	State string `json:"state"`
	// At is, for Later, the first instant at which the answer is yes; optional.
	At *time.Time `json:"at,omitzero"`
	// Until is, for Now and Later, the first instant at which the answer will be no again
	// by itself; optional.
	Until *time.Time `json:"until,omitzero"`
	// NotBefore is, for Open, an instant before which the answer is no whatever happens
	// at the upstreams; optional.
	NotBefore *time.Time `json:"notBefore,omitzero"`
	// NotWithin is, for Open, how long it takes at least, as the Freight has to soak in an
	// upstream that it is not in; optional.
	NotWithin kargo.Duration `json:"notWithin,omitzero"`
	// Unless has, for Never, what would open the way, each alone; optional.
	Unless []string `json:"unless,omitempty"`
}

// Step is something that a person can do.
type Step struct {
	Action string `json:"action"`
	Stage  string `json:"stage"`
	// Command is optional.
	Command string `json:"command,omitzero"`
	Effect  string `json:"effect"`
}

// NextFreight is a line about further Freight.
type NextFreight struct {
	Named
	DiscoveredAt *time.Time `json:"discoveredAt"`
	Verdict      string     `json:"verdict"`
	// Reason says to a person why it is not available.
	Reason string `json:"reason"`
}
