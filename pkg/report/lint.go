package report

import "github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"

// KindLintReport is the kind of a LintReport.
const KindLintReport = "LintReport"

// LintReport is what lint found.
type LintReport struct {
	Header
	Summary  LintSummary   `json:"summary"`
	Findings []LintFinding `json:"findings"`
}

// LintSummary counts the findings. Those that are suppressed or known count only there.
type LintSummary struct {
	Error   int `json:"error"`
	Warning int `json:"warning"`
	Note    int `json:"note"`
	// Suppressed were suppressed by a comment, an annotation or the config file.
	Suppressed int `json:"suppressed"`
	// Baseline were known before.
	Baseline int `json:"baseline"`
}

// LintFinding is one hazard at one place.
type LintFinding struct {
	Code     string        `json:"code"`
	Name     string        `json:"name"`
	Severity lint.Severity `json:"severity"`
	Message  string        `json:"message"`
	LintPlace
	// Label says what the place has to do with it; optional.
	Label   string        `json:"label,omitzero"`
	Related []LintRelated `json:"related"`
	// Effect is what it means for the Freight at hand; optional.
	Effect *LintEffect `json:"effect,omitzero"`
	// Fix is a change of the file that --fix or --fix=unsafe makes; optional.
	Fix *LintFix `json:"fix,omitzero"`
	// Advice says what a person can do; optional.
	Advice string   `json:"advice,omitzero"`
	Issues []string `json:"issues"`
	// Fingerprint stays the same when lines move.
	Fingerprint string `json:"fingerprint"`
	// Suppressed says why the finding does not count; optional.
	Suppressed *LintSuppression `json:"suppressed,omitzero"`
}

// LintPlace is where something is written.
type LintPlace struct {
	Project string `json:"project"`
	// Object is nil where a file does not hold one there.
	Object *LintObject `json:"object"`
	// Path is a JSON pointer from the object.
	Path string `json:"path"`
	// File and the positions in it are nil for objects of a cluster. Lines and columns are
	// counted from 1, columns in characters; the end is the first position behind.
	File      *string `json:"file"`
	Line      *int    `json:"line"`
	Column    *int    `json:"column"`
	EndLine   *int    `json:"endLine"`
	EndColumn *int    `json:"endColumn"`
}

// LintObject names an object.
type LintObject struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// LintRelated is another place that it takes to understand a finding.
type LintRelated struct {
	Message string `json:"message"`
	LintPlace
}

// LintEffect is what a finding, or its fix, means for the Freight at hand.
type LintEffect struct {
	// Freight are names.
	Freight []string `json:"freight"`
	Text    string   `json:"text"`
}

// LintFix is a change of the file.
type LintFix struct {
	Kind lint.FixKind `json:"kind"`
	Text string       `json:"text"`
	// Edits are made together.
	Edits []LintEdit `json:"edits"`
}

// LintEdit is a change of one field.
type LintEdit struct {
	// Path is a JSON pointer from the object of the finding.
	Path string      `json:"path"`
	Op   lint.EditOp `json:"op"`
	// Value is what to set, the name to give, or the path to move to; "" when it is removed.
	Value string `json:"value"`
}

// LintSuppression says why a finding does not count.
type LintSuppression struct {
	// By is comment, annotation, config or baseline.
	By     string `json:"by"`
	Reason string `json:"reason"`
}

// NewLintReport returns the report of what was found.
func NewLintReport(header Header, result lint.Result) *LintReport {
	header.Kind = KindLintReport
	r := &LintReport{Header: header, Summary: Summarize(result.Findings), Findings: []LintFinding{}}
	for i := range result.Findings {
		r.Findings = append(r.Findings, newLintFinding(&result.Findings[i]))
	}
	return r
}

// Summarize counts findings.
func Summarize(findings []lint.Finding) LintSummary {
	var s LintSummary
	for i := range findings {
		switch f := &findings[i]; {
		case f.Suppressed != nil && f.Suppressed.By == lint.ByBaseline:
			s.Baseline++
		case f.Suppressed != nil:
			s.Suppressed++
		case f.Severity == lint.Error:
			s.Error++
		case f.Severity == lint.Warning:
			s.Warning++
		default:
			s.Note++
		}
	}
	return s
}

func newLintFinding(f *lint.Finding) LintFinding {
	l := LintFinding{
		Code: f.Rule.Code, Name: f.Rule.Name, Severity: f.Severity, Message: f.Message, LintPlace: newLintPlace(f.Place),
		Label: f.Label, Related: []LintRelated{}, Advice: f.Advice, Issues: append([]string{}, f.Rule.Issues...), Fingerprint: f.Fingerprint,
	}
	for _, related := range f.Related {
		l.Related = append(l.Related, LintRelated{related.Message, newLintPlace(related.Place)})
	}
	if f.Effect != nil {
		l.Effect = &LintEffect{Freight: []string{}, Text: f.Effect.Text}
		for _, freight := range f.Effect.Freight {
			l.Effect.Freight = append(l.Effect.Freight, freight.Metadata.Name)
		}
	}
	if f.Fix != nil {
		l.Fix = &LintFix{Kind: f.Fix.Kind, Text: f.Fix.Text, Edits: []LintEdit{}}
		for _, e := range f.Fix.Edits {
			l.Fix.Edits = append(l.Fix.Edits, LintEdit{string(e.Path), e.Op, e.Value})
		}
	}
	if f.Suppressed != nil {
		l.Suppressed = &LintSuppression{f.Suppressed.By, f.Suppressed.Reason}
	}
	return l
}

func newLintPlace(p lint.Place) LintPlace {
	place := LintPlace{Path: string(p.Path)}
	if p.Object != nil {
		place.Project = p.Object.Project
		place.Object = &LintObject{p.Object.Kind, p.Object.Name}
	}
	if p.File != nil {
		place.File = new(p.File.Name)
		place.Line, place.Column = new(p.Span.Line), new(p.Span.Column)
		place.EndLine, place.EndColumn = new(p.Span.EndLine), new(p.Span.EndColumn)
	}
	return place
}
