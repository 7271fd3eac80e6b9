package remedy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"al.essio.dev/pkg/shellescape"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// Commands writes the command lines of steps.
type Commands struct {
	// Kubectl begins a command line for the cluster that was read: "kubectl" and what
	// chooses it, such as "--context" and its value. Nil when none was read: then there
	// are no such lines.
	Kubectl []string
}

// plain matches the names that Kubernetes gives its objects.
func plain() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$`) }

// line joins words to a command line, "" when one of the names is not plain.
func line(words []string, names ...string) string {
	if slices.ContainsFunc(names, func(name string) bool { return !plain().MatchString(name) }) {
		return ""
	}
	return shellescape.QuoteCommand(words)
}

// kargo is a line of Kargo's own command, which knows no kubeconfig.
func (c Commands) kargo(verb, project, stage, freight string) string {
	return line([]string{"kargo", verb, "--project=" + project, "--freight=" + freight, "--stage=" + stage}, project, stage, freight)
}

// stage is a line of Kargo's own command that is about a Stage alone.
func (c Commands) stage(verb, project, stage string) string {
	return line([]string{"kargo", verb, "stage", "--project=" + project, stage}, project, stage)
}

// wait is the line that waits for a condition.
func (c Commands) wait(project, stage, freight, condition string) string {
	if c.Kubectl == nil {
		return ""
	}
	words := slices.Concat([]string{c.Kubectl[0], "kargo-avail", "wait"}, c.Kubectl[1:],
		[]string{"-n", project, stage, freight, "--for=" + condition, "--timeout=-1s"})
	return line(words, project, stage, freight)
}

// setStrategy is the line that makes requests say OneOf; each is tested for its
// origin, so that nothing is hit that has moved.
func (c Commands) setStrategy(project, stage string, requests []int, s *avail.Stage) string {
	if c.Kubectl == nil {
		return ""
	}
	var patch []string
	for _, i := range requests {
		at := fmt.Sprintf("/spec/requestedFreight/%d", i)
		origin := s.Spec.RequestedFreight[i].Origin.Name
		if !plain().MatchString(origin) {
			return ""
		}
		patch = append(patch, fmt.Sprintf(`{"op":"test","path":"%s/origin/name","value":"%s"},{"op":"add","path":"%s/sources/availabilityStrategy","value":"%s"}`,
			at, origin, at, kargo.OneOf))
	}
	words := slices.Concat(c.Kubectl, []string{"-n", project, "patch", "stage", stage, "--type=json", "-p", "[" + strings.Join(patch, ",") + "]"})
	return line(words, project, stage)
}
