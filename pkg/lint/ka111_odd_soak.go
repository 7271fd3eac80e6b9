package lint

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

func oddSoak() Rule {
	return Rule{
		Code: "KA111", Name: "odd-soak", Severity: Error, In: Anywhere,
		Summary: "A soak time that the API server refuses, or that is very short or very long.",
		Why: "Kargo takes hours, minutes and seconds, such as 1h30m: no days, no milliseconds, no number without a unit. " +
			"A soak below five minutes ends unnoticed, as an idle Stage looks again every five minutes. After two weeks Kargo may have deleted the Freight.",
		Remedy: "Write the time in h, m and s. One day is 24h.",
		check:  (*pass).oddSoaks,
	}
}

// The soak times between which nothing is odd: how often an idle Stage looks again, and
// how long unused Freight is kept at the least.
const (
	shortSoak = 5 * time.Minute
	longSoak  = 336 * time.Hour
)

func (p *pass) oddSoaks() {
	schema := regexp.MustCompile(`^([0-9]+(\.[0-9]+)?(s|m|h))+$`)
	for _, r := range p.requests {
		if !r.has("sources", "requiredSoakTime") {
			continue
		}
		written := r.object.get("spec", "requestedFreight", r.index, "sources", "requiredSoakTime")
		f := Finding{Place: r.at("sources", "requiredSoakTime"), Subject: r.subject("")}
		text, isText := written.(string)
		switch {
		case written == nil:
			continue
		case !isText || !schema.MatchString(text):
			f.Message = fmt.Sprintf("%s: the API server refuses %v as a soak time", r.name(), written)
			f.Label, f.Advice = "expected hours, minutes and seconds, such as 1h30m", "write the time in h, m and s"
			if days, ok := strings.CutSuffix(text, "d"); ok {
				f.Fix = p.daysInHours(r, days)
			}
		case r.Sources.RequiredSoakTime == nil || r.Sources.Direct || len(r.Sources.Stages) == 0:
			continue
		case time.Duration(*r.Sources.RequiredSoakTime) > longSoak:
			f.Severity, f.Label = Note, "longer than Kargo keeps Freight that is not in use"
			f.Message = fmt.Sprintf("%s waits %s: Kargo may delete Freight that is older than 336h, by default, before it has soaked", r.name(), text)
			f.Advice = "make it shorter, or keep Freight for longer"
		case 0 < *r.Sources.RequiredSoakTime && time.Duration(*r.Sources.RequiredSoakTime) < shortSoak && p.isAuto(r.stage):
			f.Severity, f.Label = Note, "shorter than the five minutes after which an idle Stage looks again"
			f.Message = fmt.Sprintf("%s waits %s, and auto-promotion may notice the end of it only after five minutes", r.name(), text)
			f.Advice = "expect up to five minutes, or drop it"
		default:
			continue
		}
		p.report(f)
	}
}

func (p *pass) daysInHours(r request, days string) *Fix {
	n, err := strconv.Atoi(days)
	if err != nil || n < 0 {
		return nil
	}
	hours := fmt.Sprintf("%dh", 24*n)
	return &Fix{Unsafe, "requiredSoakTime: " + hours, []Edit{set(r.object, r.path("sources", "requiredSoakTime"), hours)}}
}
