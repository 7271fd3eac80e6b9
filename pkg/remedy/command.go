package remedy

import (
	"regexp"
	"slices"

	"al.essio.dev/pkg/shellescape"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
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

// kargo is a line of Kargo's own command, which knows no kubeconfig. It names the Freight by
// its alias where that is plain and names nothing else.
func (c Commands) kargo(verb string, project *pipeline.Project, stage string, f *kargo.Freight) string {
	freight := "--freight=" + f.Metadata.Name
	if project.IsAliasOf(f) && plain().MatchString(f.Alias) {
		freight = "--freight-alias=" + f.Alias
	}
	return line([]string{"kargo", verb, "--project=" + project.Name, freight, "--stage=" + stage}, project.Name, stage, f.Metadata.Name)
}

// stage is a line of Kargo's own command that is about a Stage alone.
func (c Commands) stage(verb, project, stage string) string {
	return line([]string{"kargo", verb, "stage", "--project=" + project, stage}, project, stage)
}

// wait is the line that waits for a condition.
func (c Commands) wait(project *pipeline.Project, stage string, f *kargo.Freight, condition string) string {
	freight := f.Metadata.Name
	if project.IsAliasOf(f) && project.FreightNamed(f.Alias) == nil && plain().MatchString(f.Alias) {
		freight = f.Alias
	}
	return c.plugin("wait", project.Name, []string{stage, freight, "--for=" + condition, "--timeout=-1s"}, stage, f.Metadata.Name)
}

// setStrategy is the line that makes a Stage's requests of one Warehouse say OneOf.
func (c Commands) setStrategy(project, stage, warehouse string) string {
	return c.plugin("set-strategy", project, []string{stage, "any", "--warehouse=" + warehouse}, stage, warehouse)
}

// deleteRequest is the line that deletes a PromotionRequest; "" when no cluster was read.
func (c Commands) deleteRequest(project, name string) string {
	if c.Kubectl == nil {
		return ""
	}
	return line(slices.Concat(c.Kubectl, []string{"delete", "promotionrequests.kargo.akuity.io", "-n", project, name}), project, name)
}

// plugin is a line of this tool's own verbs; "" when no cluster was read. What chooses
// the cluster goes behind the verb: kubectl takes no flag before a plugin's name.
func (c Commands) plugin(verb, project string, words []string, names ...string) string {
	if c.Kubectl == nil {
		return ""
	}
	words = slices.Concat([]string{c.Kubectl[0], "kargo-avail", verb}, c.Kubectl[1:], []string{"-n", project}, words)
	return line(words, append(names, project)...)
}
