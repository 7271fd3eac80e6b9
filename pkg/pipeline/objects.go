package pipeline

import "github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"

// Kind is a kind of object that a pipeline is made of and that may be out of reach.
type Kind uint8

// The kinds that a Project is read from, beside its Stages, without which there
// is nothing to judge.
const (
	Freight Kind = 1 << iota
	Warehouses
	Promotions
	// Policies are the promotion policies, of the ProjectConfig or the Project.
	Policies
	// PromotionRequests are of target-aware Stages alone.
	PromotionRequests
)

// Kinds is a set of kinds.
type Kinds uint8

// With returns the set with kind added.
func (k Kinds) With(kind Kind) Kinds { return k | Kinds(kind) }

// Without returns the set with kind removed.
func (k Kinds) Without(kind Kind) Kinds { return k &^ Kinds(kind) }

// Has reports whether kind is in the set.
func (k Kinds) Has(kind Kind) bool { return k&Kinds(kind) != 0 }

// Objects are the objects of one Project as a source read them, in any order.
type Objects struct {
	// Project is the Project's name, which is its namespace's.
	Project string
	// Stages are all of them or, where one is in question, at least that one and all that
	// are upstream of it: an upstream that is not among them is not there.
	Stages  []kargo.Stage
	Freight []kargo.Freight
	// Partial says that Freight holds only the piece that was asked for: what needs
	// the other Freight is unknown.
	Partial bool
	// Warehouses are names.
	Warehouses []string
	Promotions []kargo.Promotion
	// PromotionRequests is empty where no Stage is target-aware.
	PromotionRequests []kargo.PromotionRequest
	// Config is the ProjectConfig's spec, nil when there is no ProjectConfig.
	Config *kargo.ProjectSpec
	// Spec is the Project's own spec, nil when it was not looked at; it holds the
	// policies of releases before v1.5.
	Spec *kargo.ProjectSpec
	// PoliciesFromStatus says that no ProjectConfig was given, and that a Stage's
	// status.autoPromotionEnabled stands in for it, as for a Project in files.
	PoliciesFromStatus bool
	// Oddities say, for a person, what about the objects looks like a mistake.
	Oddities []string
	// Unread holds the kinds that could not be read: nothing is known of them, and
	// their field above is empty.
	Unread Kinds
}
