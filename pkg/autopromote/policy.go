// Package autopromote answers what Kargo promotes by itself: whether a Stage's
// policies switch auto-promotion on, what holds it, and which Freight it would
// pick. It is pure.
package autopromote

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Switch is the policies' answer for one Stage.
type Switch struct {
	// Enabled is Unknown when the policies could not be read or do not hold water.
	Enabled avail.Truth
	// Policy is the index of the policy that decides, -1 when none does.
	Policy int
}

// SwitchOf returns the answer of the first policy that selects the Stage, whether
// it switches auto-promotion on or off; without one it is off. The error, beside
// an Unknown answer, names a policy whose selector cannot be understood.
// Kargo: pkg/api/auto_promotion.go.
func SwitchOf(project *pipeline.Project, stage *kargo.Stage) (Switch, error) {
	if project.Unread(pipeline.Policies) || project.PoliciesFromStatus {
		return switchFromStatus(project, stage), nil
	}
	for i := range project.Policies {
		policy := &project.Policies[i]
		selects, err := selects(policy, stage)
		if err != nil {
			return Switch{Policy: i}, fmt.Errorf("promotion policy %d of Project %q: %w", i, project.Name, err)
		}
		if selects {
			return Switch{truth(policy.AutoPromotionEnabled), i}, nil
		}
	}
	return Switch{avail.No, -1}, nil
}

// switchFromStatus trusts the mirror of the policies' answer in the Stage's status
// where it says true; false there looks like the absence of the field in old releases.
func switchFromStatus(project *pipeline.Project, stage *kargo.Stage) Switch {
	switch {
	case stage.Status.AutoPromotionEnabled:
		return Switch{avail.Yes, -1}
	case project.Unread(pipeline.Policies):
		return Switch{avail.Unknown, -1}
	default:
		return Switch{avail.No, -1}
	}
}

func truth(b bool) avail.Truth {
	if b {
		return avail.Yes
	}
	return avail.No
}

// selects reports whether the policy is for the Stage.
func selects(policy *kargo.PromotionPolicy, stage *kargo.Stage) (bool, error) {
	selector := policy.StageSelector
	if selector == nil {
		return policy.Stage == stage.Metadata.Name, nil
	}
	if selector.Name != "" {
		matches, err := matchesName(selector.Name, stage.Metadata.Name)
		if err != nil || !matches {
			return false, err
		}
	}
	byLabels, err := metav1.LabelSelectorAsSelector(&metav1.LabelSelector{
		MatchLabels:      selector.MatchLabels,
		MatchExpressions: selector.MatchExpressions,
	})
	if err != nil {
		return false, err
	}
	return byLabels.Matches(labels.Set(stage.Metadata.Labels)), nil
}

// matchesName applies an exact name, a doublestar glob or an unanchored regular
// expression.
func matchesName(pattern, name string) (bool, error) {
	if glob, ok := strings.CutPrefix(pattern, "glob:"); ok {
		return doublestar.Match(glob, name)
	}
	for _, prefix := range [...]string{"regex:", "regexp:"} {
		if expr, ok := strings.CutPrefix(pattern, prefix); ok {
			re, err := regexp.Compile(expr)
			return err == nil && re.MatchString(name), err
		}
	}
	return pattern == name, nil
}
