package page

import (
	"strings"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

// forecast says when what is not so yet will be; questions with one answer share it.
func (p *writer) forecast(f *report.ExplainedFreight) {
	p.heading("FORECAST")
	available := &f.Forecast.Available
	questions := []struct {
		name    string
		outlook *report.Outlook
	}{
		{"as configured", &available.Configured}, {"under any", &available.Any}, {"under all", &available.All},
	}
	for len(questions) > 0 {
		first := p.outlook(questions[0].outlook)
		names := []string{questions[0].name}
		questions = questions[1:]
		for len(questions) > 0 && p.outlook(questions[0].outlook) == first {
			names, questions = append(names, questions[0].name), questions[1:]
		}
		p.item(2, "", "available "+strings.Join(names, ", ")+": "+first)
	}
	listed := &f.Forecast.Listed.Configured
	p.item(2, "", "listed: "+p.outlook(listed))
	if before(listed, &available.Configured) {
		p.item(4, "", "until it is available, "+p.refused())
	}
	for _, d := range f.Forecast.Divergence {
		why := avail.Divergence{Cause: avail.Cause(d.Cause), Detail: d.Detail}.String()
		p.item(2, "", "when it becomes available, it will not be listed, so that auto-promotion leaves it alone: "+why)
	}
}

// refused says what becomes of Freight that is listed and not available.
func (p *writer) refused() string {
	switch on := p.stage.AutoPromotion.Enabled; {
	case on == nil:
		return "auto-promotion, if it is on, picks it and is refused"
	case *on:
		return "auto-promotion picks it and is refused"
	default:
		return "the web UI offers it, and its Promotion is refused"
	}
}

// before reports whether the listing will have the Freight by itself at an instant at
// which it is not available yet.
func before(listed, available *report.Outlook) bool {
	if avail.OutlookState(listed.State) != avail.Later {
		return false
	}
	switch avail.OutlookState(available.State) {
	case avail.Later:
		return listed.At.Before(*available.At)
	case avail.Open, avail.Never:
		return true
	case avail.Now, avail.Unsure:
	}
	return false
}

func (p *writer) outlook(o *report.Outlook) string {
	return Outlook(o, func(at time.Time) string { return p.when(&at) })
}

// Outlook says when a question will be answered yes; when writes an instant.
func Outlook(o *report.Outlook, when func(time.Time) string) string {
	until := ""
	if o.Until != nil {
		until = ", until " + when(*o.Until)
	}
	switch avail.OutlookState(o.State) {
	case avail.Now:
		return "now" + until
	case avail.Later:
		return "by itself at " + when(*o.At) + until
	case avail.Open:
		switch {
		case o.NotBefore != nil:
			return "not before " + when(*o.NotBefore) + ", when a soak is over; the rest depends on what happens upstream"
		case o.NotWithin > 0:
			return "not within " + o.NotWithin.String() + ", as it has to soak that long in an upstream that it is not in yet; the rest depends on what happens upstream"
		default:
			return "no estimate: depends on what happens upstream"
		}
	case avail.Never:
		if len(o.Unless) == 0 {
			return "never, as the Stages are written"
		}
		return "never, unless " + term.Sanitize(strings.Join(o.Unless, "; or "))
	case avail.Unsure:
	}
	return "unknown"
}
