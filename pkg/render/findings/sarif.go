package findings

import (
	"io"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/mod/semver"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/lint"
)

// The parts of a SARIF 2.1.0 log that are written, named as its schema names them.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool              sarifTool         `json:"tool"`
		ColumnKind        string            `json:"columnKind"`
		AutomationDetails sarifID           `json:"automationDetails"`
		Results           []sarifResult     `json:"results"`
		Invocations       []sarifInvocation `json:"invocations"`
	}
	sarifID struct {
		ID string `json:"id"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Notifications []sarifNotification `json:"toolExecutionNotifications,omitzero"`
	}
	sarifNotification struct {
		Level   string    `json:"level"`
		Message sarifText `json:"message"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		InformationURI string      `json:"informationUri"`
		Version        string      `json:"semanticVersion,omitzero"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID            string      `json:"id"`
		Name          string      `json:"name"`
		Short         sarifText   `json:"shortDescription"`
		Full          sarifText   `json:"fullDescription"`
		Help          sarifText   `json:"help"`
		HelpURI       string      `json:"helpUri"`
		Configuration sarifConfig `json:"defaultConfiguration"`
	}
	sarifConfig struct {
		Level string `json:"level"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitzero"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Level        string             `json:"level"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Related      []sarifLocation    `json:"relatedLocations,omitzero"`
		CodeFlows    []sarifCodeFlow    `json:"codeFlows,omitzero"`
		Fixes        []sarifFix         `json:"fixes,omitzero"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Suppressions []sarifSuppression `json:"suppressions,omitzero"`
		Baseline     string             `json:"baselineState,omitzero"`
	}
	sarifLocation struct {
		ID       int            `json:"id,omitzero"`
		Physical *sarifPhysical `json:"physicalLocation,omitzero"`
		Logical  []sarifLogical `json:"logicalLocations,omitzero"`
		Message  *sarifText     `json:"message,omitzero"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
	sarifFix struct {
		Description sarifText     `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion `json:"deletedRegion"`
		Inserted sarifText   `json:"insertedContent"`
	}
	sarifLogical struct {
		FullName string `json:"fullyQualifiedName"`
		Kind     string `json:"kind"`
	}
	sarifCodeFlow struct {
		ThreadFlows []sarifThreadFlow `json:"threadFlows"`
	}
	sarifThreadFlow struct {
		Locations []sarifStep `json:"locations"`
	}
	sarifStep struct {
		Location sarifLocation `json:"location"`
	}
	// sarifSuppression is in the source, or external as in a config file.
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Justification string `json:"justification,omitzero"`
	}
)

// home is where the rules are documented.
const home = "https://github.com/kargo-avail/kubectl-kargo-avail"

// SARIF writes a log of version 2.1.0, for GitHub code scanning and others. A finding in
// a cluster has no file, and where a viewer wants one it is not shown. Notifications say
// what else there is to know about the run.
func SARIF(w io.Writer, result lint.Result, version string, notifications []string) error {
	if !semver.IsValid(version) || semver.Prerelease(version) != "" || semver.Build(version) != "" {
		version = "" // no release
	}
	run := sarifRun{
		Tool:       sarifTool{sarifDriver{Name: "kubectl-kargo-avail", InformationURI: home, Version: strings.TrimPrefix(version, "v"), Rules: []sarifRule{}}},
		ColumnKind: "utf16CodeUnits", AutomationDetails: sarifID{"kargo-avail/lint/"}, Results: []sarifResult{},
		Invocations: []sarifInvocation{{Successful: !result.Unread}},
	}
	for _, text := range notifications {
		run.Invocations[0].Notifications = append(run.Invocations[0].Notifications, sarifNotification{"warning", sarifText{Text: text}})
	}
	index := map[string]int{}
	for i := range result.Findings {
		f := &result.Findings[i]
		if _, known := index[f.Rule.Code]; !known {
			index[f.Rule.Code] = len(run.Tool.Driver.Rules)
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, newSarifRule(f.Rule))
		}
		run.Results = append(run.Results, newSarifResult(f, index[f.Rule.Code]))
	}
	log := sarifLog{"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json", "2.1.0", []sarifRun{run}}
	return writeJSON(w, log)
}

// writeJSON writes a document with line breaks, the same every time.
func writeJSON(w io.Writer, document any) error {
	text, err := json.Marshal(document, json.Deterministic(true), jsontext.WithIndent("  "), jsontext.AllowInvalidUTF8(true))
	if err == nil {
		_, err = w.Write(append(text, '\n'))
	}
	return err
}

func newSarifRule(r *lint.Rule) sarifRule {
	uri := home + "/blob/main/docs/lint.md#" + anchor(r)
	return sarifRule{
		ID: r.Code, Name: r.Name, Short: sarifText{Text: r.Summary}, Full: sarifText{Text: r.Why},
		Help:    sarifText{Text: r.Remedy, Markdown: r.Why + "\n\n" + r.Remedy + "\n\n[" + r.Title() + "](" + uri + ")"},
		HelpURI: uri, Configuration: sarifConfig{string(r.Severity)},
	}
}

func newSarifResult(f *lint.Finding, rule int) sarifResult {
	r := sarifResult{
		RuleID: f.Rule.Code, RuleIndex: rule, Level: string(f.Severity), Message: sarifText{Text: sentence(f)},
		Locations: []sarifLocation{newSarifLocation(f.Place, f.Label)}, Fingerprints: map[string]string{"kargoAvail/v1": f.Fingerprint},
	}
	for i, related := range f.Related {
		location := newSarifLocation(related.Place, related.Message)
		location.ID = i + 1
		r.Related = append(r.Related, location)
	}
	if f.Rule.Name == "cycle" {
		steps := []sarifStep{{newSarifLocation(f.Place, f.Label)}}
		for _, related := range f.Related {
			steps = append(steps, sarifStep{newSarifLocation(related.Place, related.Message)})
		}
		r.CodeFlows = []sarifCodeFlow{{[]sarifThreadFlow{{steps}}}}
	}
	r.Fixes = newSarifFixes(f)
	switch s := f.Suppressed; {
	case s == nil:
	case s.By == lint.ByBaseline:
		r.Baseline = "unchanged"
		r.Suppressions = []sarifSuppression{{"external", s.Reason}}
	case s.By == lint.ByConfig:
		r.Suppressions = []sarifSuppression{{"external", s.Reason}}
	default:
		r.Suppressions = []sarifSuppression{{"inSource", s.Reason}}
	}
	return r
}

// newSarifFixes returns the fix of a finding, whole lines for whole lines; none when there
// is none, or it cannot be made.
func newSarifFixes(f *lint.Finding) []sarifFix {
	files, err := f.Fixed()
	if err != nil || len(files) == 0 {
		return nil
	}
	fix := sarifFix{Description: sarifText{Text: f.Fix.Text}}
	for file, data := range files {
		fix.Changes = append(fix.Changes, sarifChange{sarifArtifact{uri(file.Name)}, []sarifReplacement{replacement(file, data)}})
	}
	slices.SortFunc(fix.Changes, func(a, b sarifChange) int { return strings.Compare(a.Artifact.URI, b.Artifact.URI) })
	return []sarifFix{fix}
}

// replacement says how to make the new contents of a file from the old ones.
func replacement(file *lint.File, data []byte) sarifReplacement {
	before, after := slices.Collect(strings.Lines(string(file.Data))), slices.Collect(strings.Lines(string(data)))
	same := 0
	for same < min(len(before), len(after)) && before[same] == after[same] {
		same++
	}
	end := 0
	for end < min(len(before), len(after))-same && before[len(before)-1-end] == after[len(after)-1-end] {
		end++
	}
	last := len(before) - end // the last line that is replaced, from 1
	region := sarifRegion{same + 1, 1, last + 1, 1}
	if last > same && !strings.HasSuffix(before[last-1], "\n") {
		region.EndLine, region.EndColumn = last, len(utf16.Encode([]rune(before[last-1])))+1
	}
	return sarifReplacement{region, sarifText{Text: strings.Join(after[same:len(after)-end], "")}}
}

// sentence says a finding, what it means now and what to do, in one text.
func sentence(f *lint.Finding) string {
	text := f.Message + "."
	if f.Effect != nil {
		text += " Now: " + f.Effect.Text + "."
	}
	if advice := advice(f); advice != "" {
		text += " Fix: " + advice + "."
	}
	return text
}

// advice says what to do about a finding.
func advice(f *lint.Finding) string {
	if f.Fix != nil {
		return f.Fix.Text
	}
	return f.Advice
}

func newSarifLocation(at lint.Place, message string) sarifLocation {
	var l sarifLocation
	if message != "" {
		l.Message = &sarifText{Text: message}
	}
	if at.Object != nil {
		l.Logical = []sarifLogical{{strings.TrimSuffix(at.Object.Project+"/"+at.Object.String()+" "+lint.FieldPath(at.Path), " "), "object"}}
	}
	if at.File != nil {
		l.Physical = &sarifPhysical{sarifArtifact{uri(at.File.Name)}, sarifRegion{
			at.Span.Line, utf16Column(at.File, at.Span.Line, at.Span.Column), at.Span.EndLine, utf16Column(at.File, at.Span.EndLine, at.Span.EndColumn),
		}}
	}
	return l
}

// utf16Column returns a column that counts characters as one that counts UTF-16 code
// units.
func utf16Column(file *lint.File, line, column int) int {
	text := []rune(file.Line(line))
	return len(utf16.Encode(text[:min(max(column-1, 0), len(text))])) + 1
}

// uri returns the name of a file as a relative URI.
func uri(name string) string {
	name = strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "./")
	var b strings.Builder
	for _, c := range []byte(name) {
		if c == '%' || c <= ' ' || c >= 0x7f || strings.ContainsRune(`"<>^{|}?#[]`+"`", rune(c)) {
			const digits = "0123456789ABCDEF"
			b.WriteString("%" + string(digits[c>>4]) + string(digits[c&15]))
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}
