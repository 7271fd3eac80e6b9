package describe_test

import (
	"slices"
	"testing"
	"time"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/describe"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/report"
)

func TestSentenceSaysWhatIsNotLookedAt(t *testing.T) {
	soak := kargo.Duration(time.Hour)
	const origin = "Warehouse/w"
	request := func(strategy kargo.Strategy, soak *kargo.Duration, upstreams ...string) report.Request {
		return report.Request{Origin: origin, Strategy: string(strategy), RequiredSoakTime: soak, Upstreams: upstreams, Direct: len(upstreams) == 0}
	}
	check := func(request int, ignores []string, satisfied ...bool) report.Check {
		c := report.Check{Request: request, Ignores: ignores, Direct: len(satisfied) == 0}
		for i, yes := range satisfied {
			c.Upstreams = append(c.Upstreams, report.UpstreamCheck{Stage: []string{"qa", "uat"}[i], Exists: true, Satisfied: yes})
		}
		return c
	}
	both := []string{report.IgnoresSoak, report.IgnoresStrategy}
	tests := []struct {
		name      string
		requests  []report.Request
		checks    []report.Check
		available bool
		want      string
	}{
		{
			"all that it is asked for",
			[]report.Request{request(kargo.All, &soak, "qa", "uat")},
			[]report.Check{check(0, nil, true, true)},
			true,
			"f is available to prod: verified in qa, uat and soaked 1h0m0s, which are all of its upstreams.",
		},
		{
			"neither soak times nor strategies",
			[]report.Request{request(kargo.All, &soak, "qa", "uat")},
			[]report.Check{check(0, both, true, true)},
			true,
			"f is available to prod: verified in qa, uat; this Kargo looks neither at soak times nor at strategies.",
		},
		{
			"no soak times",
			[]report.Request{request(kargo.OneOf, &soak, "qa")},
			[]report.Check{check(0, both[:1], true)},
			true,
			"f is available to prod: verified in qa; this Kargo does not look at soak times.",
		},
		{
			"no strategies",
			[]report.Request{request(kargo.All, nil, "qa", "uat")},
			[]report.Check{check(0, both[1:], true, false)},
			true,
			"f is available to prod: verified in qa, which is enough, as this Kargo ignores All when Freight is promoted (kargo#3740).",
		},
		{
			"no strategies, and nothing is verified",
			[]report.Request{request(kargo.All, nil, "qa", "uat")},
			[]report.Check{check(0, both[1:], false, false)},
			false,
			"f is not available to prod, which needs one of its 2 upstreams to verify it: no request of its origin admits it.",
		},
		{
			"all, and a second request of the origin",
			[]report.Request{request(kargo.All, nil, "qa", "uat"), request(kargo.OneOf, nil)},
			[]report.Check{check(0, nil, true, false), check(1, nil)},
			false,
			"f is not available to prod, which needs all of its 2 upstreams to verify it: Kargo stops at the first All request of this origin.",
		},
		{
			"any, and a second request of the origin that says all",
			[]report.Request{request(kargo.OneOf, nil, "qa", "uat"), request(kargo.All, nil, "qa", "uat")},
			[]report.Check{check(0, nil, false, false), check(1, nil, false, false)},
			false,
			"f is not available to prod, which needs one of its 2 upstreams to verify it: no request of its origin admits it.",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for i := range test.checks { // as the decisions of these requests are
				c := &test.checks[i]
				r := &test.requests[c.Request]
				c.TakesAll = r.Strategy == string(kargo.All) && !slices.Contains(c.Ignores, report.IgnoresStrategy)
				if !slices.Contains(c.Ignores, report.IgnoresSoak) {
					c.RequiredSoakTime = r.RequiredSoakTime
				}
				c.Available = c.Direct
			}
			f := &report.ExplainedFreight{Checks: test.checks}
			f.Name, f.Origin, f.Verdict, f.Available.Configured = "f", origin, "Blocked", test.available
			if test.available {
				f.Verdict, f.Available.Any, f.Available.All = "Verified", true, true
			}
			if got := describe.Summary(&report.Stage{Name: "prod", Requests: test.requests}, f); got != test.want {
				t.Errorf("Sentence():\n got %s\nwant %s", got, test.want)
			}
		})
	}
}
