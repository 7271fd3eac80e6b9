package kargo

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// ProjectConfig holds a Project's promotion policies from v1.5.0 on; its name is
// its namespace's, which is the Project's.
type ProjectConfig struct {
	Metadata Metadata    `json:"metadata"`
	Spec     ProjectSpec `json:"spec"`
}

// Project is cluster-scoped and named like the namespace of its pipeline. Up to
// v1.6 it may hold promotion policies.
type Project struct {
	Metadata Metadata    `json:"metadata"`
	Spec     ProjectSpec `json:"spec"`
}

// ProjectSpec is the part that Project and ProjectConfig share.
type ProjectSpec struct {
	PromotionPolicies []PromotionPolicy `json:"promotionPolicies"`
	// PromotionWindows are of a ProjectConfig, after v1.11.
	PromotionWindows []PromotionWindow `json:"promotionWindows"`
}

// PromotionPolicy switches auto-promotion on or off for the Stages it selects.
type PromotionPolicy struct {
	// Stage selects by exact name; deprecated from v1.5.0 in favor of StageSelector.
	Stage string `json:"stage"`
	// StageSelector is nil when Stage is used.
	StageSelector        *StageSelector `json:"stageSelector"`
	AutoPromotionEnabled bool           `json:"autoPromotionEnabled"`
	// PromotionWindows may come to stand here. A policy with windows alone decides about
	// auto-promotion like any other: it switches it off.
	PromotionWindows []PromotionWindow `json:"promotionWindows"`
}

// StageSelector selects Stages by name pattern and labels, both of which must
// match; the empty selector matches every Stage.
type StageSelector struct {
	// Name is an exact name, or a pattern after "glob:", "regex:" or "regexp:".
	Name             string                            `json:"name"`
	MatchLabels      map[string]string                 `json:"matchLabels"`
	MatchExpressions []metav1.LabelSelectorRequirement `json:"matchExpressions"`
}

// Warehouse finds Freight; for availability only its existence matters.
type Warehouse struct {
	Metadata Metadata `json:"metadata"`
}
