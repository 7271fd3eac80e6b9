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
func SwitchOf(project *pipeline.Project, stage *kargo.Stage, rules avail.Rules) (Switch, error) {
	if project.Unread(pipeline.Policies) {
		return switchFromStatus(stage, avail.Unknown), nil
	}
	policies := policies(project, rules)
	if policies == nil && project.PoliciesFromStatus {
		return switchFromStatus(stage, avail.No), nil
	}
	for i := range policies {
		selects, err := selects(&policies[i], stage)
		if err != nil {
			return Switch{Policy: i}, fmt.Errorf("promotionPolicies[%d] of Project %q: %w", i, project.Name, err)
		}
		if selects {
			return Switch{avail.TruthOf(policies[i].AutoPromotionEnabled), i}, nil
		}
	}
	return Switch{avail.No, -1}, nil
}

// policies returns the Project's policies from where the release keeps them.
func policies(project *pipeline.Project, rules avail.Rules) []kargo.PromotionPolicy {
	if project.Config != nil && rules.PoliciesInConfig() {
		return project.Config.PromotionPolicies
	}
	if project.Spec != nil && rules.PoliciesInProject() && !IgnoresProject(project, rules) {
		return project.Spec.PromotionPolicies
	}
	return nil
}

// IgnoresProject reports whether the policies in the Project itself do not count, although
// no release is known: the newest rules apply then, and they do not have them. In a
// cluster, to read them means that it has no ProjectConfigs, and so an older release.
func IgnoresProject(project *pipeline.Project, rules avail.Rules) bool {
	return !rules.PoliciesInProject() || rules.Assumed() && project.PoliciesFromStatus
}

// switchFromStatus trusts the mirror of the policies' answer in the Stage's status
// where it says true. Where it does not, it may be false or not written at all.
func switchFromStatus(stage *kargo.Stage, otherwise avail.Truth) Switch {
	if stage.Status.AutoPromotionEnabled {
		return Switch{avail.Yes, -1}
	}
	return Switch{otherwise, -1}
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
