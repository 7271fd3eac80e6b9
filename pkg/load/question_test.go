package load

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/avail"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/cli"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/internal/build"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/pipeline"
)

// Projects web and shop have a Stage prod each, shop alone has qa. The strategy of
// shop's qa draws a warning.
const twoProjects = `
{apiVersion: kargo.akuity.io/v1alpha1, kind: Stage, metadata: {name: prod, namespace: web}}
---
{apiVersion: kargo.akuity.io/v1alpha1, kind: Stage, metadata: {name: prod, namespace: shop}}
---
{apiVersion: kargo.akuity.io/v1alpha1, kind: Stage, metadata: {name: qa, namespace: shop}, spec: {requestedFreight: [{origin: {kind: Warehouse, name: w}, sources: {availabilityStrategy: Most}}]}}
---
{apiVersion: kargo.akuity.io/v1alpha1, kind: Freight, metadata: {name: ab12, namespace: web}, origin: {kind: Warehouse, name: app}, alias: lucky-koala}
---
{apiVersion: kargo.akuity.io/v1alpha1, kind: Freight, metadata: {name: ab34, namespace: shop}, origin: {kind: Warehouse, name: app}, alias: new-newt}
---
{apiVersion: kargo.akuity.io/v1alpha1, kind: Freight, metadata: {name: ab56, namespace: shop}, origin: {kind: Warehouse, name: app}, alias: old-otter}
---
{apiVersion: kargo.akuity.io/v1alpha1, kind: Freight, metadata: {name: cd12, namespace: web}, origin: {kind: Warehouse, name: app}, alias: twin}
---
{apiVersion: kargo.akuity.io/v1alpha1, kind: Freight, metadata: {name: cd34, namespace: shop}, origin: {kind: Warehouse, name: app}, alias: twin}
---
{apiVersion: kargo.akuity.io/v1alpha1, kind: Warehouse, metadata: {name: w, namespace: shop}}
---
{apiVersion: kargo.akuity.io/v1alpha1, kind: Promotion, metadata: {name: p, namespace: shop}}
`

func TestForQuestionFindsTheProject(t *testing.T) {
	for _, test := range []struct {
		name, project, stage, freight string
		want                          string // Project, Stage and Freight, or the error
	}{
		{name: "by the Stage that it alone has", stage: "qa", want: "shop qa -"},
		{name: "by the Freight that it alone has", stage: "prod", freight: "lucky-koala", want: "web prod ab12"},
		{name: "by its name", project: "shop", stage: "prod", freight: "twin", want: "shop prod cd34"},
		{name: "by the Stage, whoever has the Freight", stage: "qa", freight: "twin", want: "shop qa cd34"},
		{name: "which is one of several", stage: "prod", want: "Stage \"prod\" is in several Projects; name one with -p:\n  shop\n  web"},
		{name: "which is one of several with the Freight", stage: "prod", freight: "twin", want: "Stage \"prod\" is in several Projects; name one with -p:\n  shop\n  web"},
		{name: "which has no such Stage", stage: "prd", freight: "twin", want: "stages.kargo.akuity.io \"prd\" not found\nDid you mean prod?"},
		{name: "which has no such Freight", stage: "qa", freight: "new-newts", want: "freights.kargo.akuity.io \"new-newts\" not found in Project \"shop\"\nDid you mean new-newt?"},
		{name: "none of which has such Freight", stage: "prod", freight: "lucky-coala", want: "freights.kargo.akuity.io \"lucky-coala\" not found\nDid you mean lucky-koala?"},
		{name: "the Freight of which is ambiguous", stage: "qa", freight: "ab", want: "Freight \"ab\" is ambiguous in Project \"shop\"; it could be:\n  ab56 old-otter\n  ab34 new-newt"},
	} {
		t.Run(test.name, func(t *testing.T) {
			env := cli.Env{IOStreams: genericiooptions.IOStreams{In: strings.NewReader(twoProjects), Out: io.Discard, ErrOut: io.Discard}}
			subject, err := ForQuestion(t.Context(), env, cli.Options{Files: []string{"-"}, Project: test.project, At: build.Noon()}, Question{Stage: test.stage, Freight: test.freight})
			got := ""
			if err != nil {
				got = err.Error()
			} else {
				freight := "-"
				if subject.Freight != nil {
					freight = subject.Freight.Metadata.Name
				}
				got = fmt.Sprint(subject.Evaluator().Project().Name, " ", subject.Stage.Metadata.Name, " ", freight)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Of the Projects that were read beside the one in question nothing is said.
func TestForQuestionKeepsTheOneProject(t *testing.T) {
	for stage, warnings := range map[string]int{"qa": 1, "prod": 0} {
		env := cli.Env{IOStreams: genericiooptions.IOStreams{In: strings.NewReader(twoProjects)}}
		subject, err := ForQuestion(t.Context(), env, cli.Options{Files: []string{"-"}, At: build.Noon()}, Question{Stage: stage, Freight: map[string]string{"qa": "twin", "prod": "lucky-koala"}[stage]})
		if err != nil {
			t.Fatal(err)
		}
		if len(subject.Projects) != 1 {
			t.Errorf("%s: %d Projects", stage, len(subject.Projects))
		}
		if len(subject.Header.Warnings) != warnings {
			t.Errorf("%s: warnings %q, want %d", stage, subject.Header.Warnings, warnings)
		}
		if subject.Evaluator().Project().Partial {
			t.Errorf("%s: files have only some Freight", stage)
		}
	}
}

func TestMayAutoPromote(t *testing.T) {
	on := &kargo.ProjectSpec{PromotionPolicies: []kargo.PromotionPolicy{{Stage: "prod", AutoPromotionEnabled: true}}}
	broken := &kargo.ProjectSpec{PromotionPolicies: []kargo.PromotionPolicy{{StageSelector: &kargo.StageSelector{Name: "regex:("}}}}
	for name, test := range map[string]struct {
		stage  kargo.Stage
		config *kargo.ProjectSpec
		unread pipeline.Kinds
		want   bool
	}{
		"it is on":                               {build.Stage("prod"), on, 0, true},
		"it is off":                              {build.Stage("prod"), nil, 0, false},
		"nobody knows":                           {build.Stage("prod"), nil, pipeline.Kinds(0).With(pipeline.Policies), true},
		"a policy cannot be understood":          {build.Stage("prod"), broken, 0, true},
		"it is on, but nothing is ever promoted": {build.Stage("prod", build.ControlFlow()), on, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			objects := pipeline.Objects{Project: "web", Stages: []kargo.Stage{test.stage}, Config: test.config, Unread: test.unread}
			if got := mayAutoPromote("prod", objects, avail.RulesFor(kargo.Releases{})); got != test.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
