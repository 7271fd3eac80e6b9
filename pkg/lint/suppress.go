package lint

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Ignore is a wish that findings should not count.
type Ignore struct {
	// Rules are codes, beginnings of codes or names.
	Rules []string
	// Project and Object are patterns, as for file names, of what it is about: of a Project's
	// name, and of an object such as "stage/prod". "" is anything.
	Project, Object string
	// Reason is mandatory.
	Reason string
	// Until is the last day on which it counts; zero means no end.
	Until time.Time
	By    string
	// Place is where it is written.
	Place Place

	lines  []int   // in Place.File; empty for whole objects
	object *Object // nil for any
	used   bool
}

// ignoreComment is how an Ignore is written in a file.
const ignoreComment = `#\s*kargo-avail:\s*ignore\b(.*)$`

// ignoreAnnotation is where an object of a cluster has its Ignores.
const ignoreAnnotation = "kargo-avail.io/ignore"

// Suppress marks the findings that are not to count, and adds findings about wishes that
// are of no use. The Ignores come from a config file; comments and annotations are looked
// for here. Known are the fingerprints of a baseline.
func (r *Result) Suppress(in *Input, chosen Selection, ignores []Ignore, baseline *Baseline) {
	list := slices.Concat(ignores, in.comments(), in.annotations())
	for i := range r.Findings {
		f := &r.Findings[i]
		for j := range list {
			if g := &list[j]; g.means(f) {
				g.used = true
				if f.Suppressed == nil && g.counts(in.Now) {
					f.Suppressed = &Suppression{g.By, g.Reason}
				}
			}
		}
		if baseline.has(f) && f.Suppressed == nil {
			f.Suppressed = &Suppression{ByBaseline, "known before"}
		}
	}
	rule := Find("KA507")
	if rule == nil || !chosen.Has(rule) {
		return
	}
	for i := range list {
		if f, ok := list[i].needless(in.Now, chosen); ok {
			f.Rule = rule
			r.Findings = append(r.Findings, f)
		}
	}
	if f, ok := baseline.stale(r.Findings); ok {
		f.Rule = rule
		r.Findings = append(r.Findings, f)
	}
	number(r.Findings)
	slices.SortStableFunc(r.Findings, inOrder)
}

// counts reports whether the wish is complete and has not ended.
func (g *Ignore) counts(now time.Time) bool { return g.Reason != "" && !g.ended(now) }

func (g *Ignore) ended(now time.Time) bool {
	return !g.Until.IsZero() && now.After(g.Until.AddDate(0, 0, 1))
}

// means reports whether the wish is about a finding.
func (g *Ignore) means(f *Finding) bool {
	named := slices.ContainsFunc(g.Rules, func(word string) bool { return term{text: word}.means(f.Rule) })
	if !named {
		return false
	}
	o := f.Place.Object
	switch {
	case g.object != nil:
		return o == g.object
	case len(g.lines) > 0:
		return f.Place.File == g.Place.File && slices.Contains(g.lines, f.Place.Span.Line)
	case g.Project == "" && g.Object == "":
		return true
	case o == nil:
		return false
	default:
		return matches(g.Project, o.Project) && matches(g.Object, o.String())
	}
}

func matches(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return pattern == "" || err == nil && ok
}

// needless returns a finding about a wish that does nothing.
func (g *Ignore) needless(now time.Time, chosen Selection) (Finding, bool) {
	applied := slices.ContainsFunc(Rules(), func(r Rule) bool {
		return chosen.Has(&r) && slices.ContainsFunc(g.Rules, func(word string) bool { return term{text: word}.means(&r) })
	})
	f := Finding{Severity: Warning, Place: g.Place, Subject: "ignore " + strings.Join(g.Rules, ",") + g.Object}
	what := "ignoring " + strings.Join(g.Rules, ", ")
	switch _, unknown := Select(g.Rules); {
	case len(g.Rules) == 0:
		f.Message, f.Advice = "this names no rule to ignore", "write it as: # kargo-avail: ignore KA201 -- reason"
	case len(unknown) > 0:
		f.Message, f.Advice = fmt.Sprintf("%s: there is no rule %s", what, strings.Join(unknown, ", ")), "kubectl kargo-avail lint --explain lists all rules"
	case g.Reason == "":
		f.Message, f.Advice = what+" gives no reason, and so does not count", "write the reason behind --, as in: # kargo-avail: ignore KA201 -- reason"
	case g.ended(now):
		f.Message, f.Advice = fmt.Sprintf("%s ended on %s", what, g.Until.Format(time.DateOnly)), "correct what is found, or give it another date"
	case !g.used && applied:
		f.Message, f.Advice = what+" suppresses nothing", "remove it"
	default:
		return Finding{}, false
	}
	return f, true
}

// comments returns the Ignores in the comments of the files.
func (in *Input) comments() []Ignore {
	comment := regexp.MustCompile(ignoreComment)
	var list []Ignore
	for _, file := range in.Files {
		if !strings.Contains(string(file.Data), "kargo-avail:") {
			continue
		}
		for line := 1; line <= file.Lines(); line++ {
			text := file.Line(line)
			at := comment.FindStringSubmatchIndex(text)
			if at == nil {
				continue
			}
			g := parseIgnore(text[at[2]:at[3]])
			from := file.Offset(line) + at[0]
			g.By, g.Place = ByComment, Place{File: file, Span: file.SpanOf(from, file.Offset(line)+len(text))}
			in.scope(&g, file, line, strings.TrimSpace(text[:at[0]]) == "")
			list = append(list, g)
		}
	}
	return list
}

// scope says what a comment is about: its line or, when it stands alone, the next one; in
// front of an object that is the whole object.
func (in *Input) scope(g *Ignore, file *File, line int, alone bool) {
	g.lines = []int{line}
	if !alone {
		return
	}
	next := line + 1
	for next < file.Lines() && isFiller(file.Line(next)) {
		next++
	}
	g.lines = append(g.lines, next)
	for _, p := range in.Projects {
		for _, kind := range p.ordered {
			for _, o := range kind {
				if o.File == file && o.node.Line == next {
					g.object = o
				}
			}
		}
	}
}

// isFiller reports whether a line holds nothing but a comment or a mark between documents.
func isFiller(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || line == "---" || strings.HasPrefix(line, "#")
}

// parseIgnore reads "KA201, KA114 until 2027-01-01 -- reason".
func parseIgnore(text string) Ignore {
	var g Ignore
	words, reason, _ := strings.Cut(text, "--")
	g.Reason = strings.TrimSpace(reason)
	words, until, dated := strings.Cut(words, " until ")
	if dated {
		if day, err := time.Parse(time.DateOnly, strings.TrimSpace(until)); err == nil {
			g.Until = day
		} else {
			g.Reason = "" // it does not count before it is understood
		}
	}
	g.Rules = strings.FieldsFunc(words, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
	return g
}

// annotations returns the Ignores in the objects' annotations: "KA201=reason; KA114=reason".
func (in *Input) annotations() []Ignore {
	var list []Ignore
	for _, p := range in.Projects {
		for _, kind := range []string{"Stage", "Warehouse", "ProjectConfig", "Project"} {
			for _, o := range p.ordered[kind] {
				text := o.text("metadata", "annotations", ignoreAnnotation)
				for part := range strings.SplitSeq(strings.ReplaceAll(text, "\n", ";"), ";") {
					if strings.TrimSpace(part) == "" {
						continue
					}
					words, reason, _ := strings.Cut(part, "=")
					g := parseIgnore(words + " -- " + reason)
					g.By, g.object, g.Place = ByAnnotation, o, o.at(pathTo("metadata", "annotations", ignoreAnnotation))
					list = append(list, g)
				}
			}
		}
	}
	return list
}

// Baseline are findings that were known before.
type Baseline struct {
	// Place is where the file begins.
	Place Place
	Known map[string]bool
}

func (b *Baseline) has(f *Finding) bool { return b != nil && b.Known[f.Fingerprint] }

// stale returns a finding about the entries of a baseline that are found no more.
func (b *Baseline) stale(findings []Finding) (Finding, bool) {
	if b == nil {
		return Finding{}, false
	}
	found := map[string]bool{}
	for i := range findings {
		found[findings[i].Fingerprint] = true
	}
	gone := 0
	for mark := range b.Known {
		if !found[mark] {
			gone++
		}
	}
	return Finding{
		Severity: Note, Place: b.Place, Message: fmt.Sprintf("no longer found, and still in the baseline: %s", plural(gone, "finding")),
		Advice: "write the baseline again with --write-baseline", Subject: "baseline",
	}, gone > 0
}
