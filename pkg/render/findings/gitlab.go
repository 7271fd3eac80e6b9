package findings

import (
	"io"
	"strings"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"
)

// gitlabIssue is one entry of a code quality report.
type gitlabIssue struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
	End   int `json:"end"`
}

// GitLab writes a code quality report. A finding in a cluster is at the object, which
// GitLab lists without a link.
func GitLab(w io.Writer, result lint.Result) error {
	issues := []gitlabIssue{}
	for _, f := range unsuppressed(result) {
		issue := gitlabIssue{
			Description: f.Rule.Title() + ": " + sentence(f), CheckName: f.Rule.Name, Fingerprint: f.Fingerprint, Severity: gitlabSeverity(f.Severity),
			Location: gitlabLocation{position(f.Place), gitlabLines{1, 1}},
		}
		if f.Place.File != nil {
			issue.Location = gitlabLocation{strings.TrimPrefix(f.Place.File.Name, "./"), gitlabLines{f.Place.Span.Line, f.Place.Span.EndLine}}
		}
		issues = append(issues, issue)
	}
	return writeJSON(w, issues)
}

func gitlabSeverity(s lint.Severity) string {
	switch s {
	case lint.Error:
		return "blocker"
	case lint.Warning:
		return "major"
	default:
		return "info"
	}
}
