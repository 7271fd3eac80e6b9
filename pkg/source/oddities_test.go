package source

import (
	"slices"
	"strings"
	"testing"
)

// What looks like a mistake in manifests, or like another Kargo, is said.
func TestFilesWarnOfOddities(t *testing.T) {
	stage := func(name, spec string) string {
		return "---\napiVersion: kargo.akuity.io/v1alpha1\nkind: Stage\nmetadata: {name: " + name + "}\nspec:\n" + spec
	}
	const (
		request = "  requestedFreight:\n  - origin: {kind: Warehouse, name: app}\n"
		ignored = ": Kargo does not know it there and ignores it: it belongs in the sources of a request"
	)
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"nothing odd", stage("a", request+"    sources: {stages: [prod], availabilityStrategy: All, requiredSoakTime: 1h}\n"), nil},
		{
			"settings beside the sources", stage("a", request+"    sources: {stages: [prod]}\n    availabilityStrategy: All\n    requiredSoakTime: 1h\n"),
			[]string{
				`standard input, document 6, line 18: Stage "a": spec.requestedFreight.0.availabilityStrategy` + ignored,
				`standard input, document 6, line 19: Stage "a": spec.requestedFreight.0.requiredSoakTime` + ignored,
			},
		},
		{"a setting of the Stage", stage("a", "  availabilityStrategy: All\n"+request), []string{`standard input, document 6, line 15: Stage "a": spec.availabilityStrategy` + ignored}},
		{
			"a setting in the origin, in JSON",
			"---\n{\"apiVersion\":\"kargo.akuity.io/v1alpha1\",\"kind\":\"Stage\",\"metadata\":{\"name\":\"a\"},\n\"spec\":{\"requestedFreight\":[{\"origin\":{\"kind\":\"Warehouse\",\"name\":\"app\",\n\"requiredSoakTime\":\"1h\"}}]}}\n",
			[]string{`standard input, document 6, line 13: Stage "a": spec.requestedFreight.0.origin.requiredSoakTime` + ignored},
		},
		{"mechanisms of v0.9", stage("a", "  promotionMechanisms: {}\n"), []string{`Project "default": promotionMechanisms are of Kargo v0.9 and older; later ones do not know them, and Stages without steps are control-flow Stages there: a`}},
		{
			"MatchUpstream with two upstreams", stage("a", request+"    sources: {stages: [prod, a], autoPromotionOptions: {selectionPolicy: MatchUpstream}}\n"),
			[]string{`Stage "a" of Project "default": spec.requestedFreight.0: MatchUpstream needs exactly one upstream Stage, and there are 2: Kargo's webhook refuses that`},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := readText(t, wholeYAML+test.text)
			if err != nil {
				t.Fatal(err)
			}
			wantLines(t, "warnings", slices.Concat(s.Warnings, s.Projects[0].Oddities), test.want...)
		})
	}
}

func TestFilesWarnOfFreightAndPoliciesThatLeadNowhere(t *testing.T) {
	s, err := readText(t, strings.ReplaceAll(strings.Replace(wholeYAML, ", origin: {kind: Warehouse, name: app}", "", 1), "[{stage: prod}]", "[{stage: prdo}, {stageSelector: {name: glob:x*}}, {stageSelector: {name: nowhere}}, {stage: prod}]"))
	if err != nil {
		t.Fatal(err)
	}
	wantLines(t, "oddities", s.Projects[0].Oddities,
		`Project "default": 1 piece of Freight is without an origin, as before Kargo v0.9: no Stage can request it`,
		`ProjectConfig of Project "default": spec.promotionPolicies.0 is for Stage "prdo", which is not in the files`,
		`ProjectConfig of Project "default": spec.promotionPolicies.2 is for Stage "nowhere", which is not in the files`)
}

// Without Freight there are no blockers to name what is not there.
func TestFilesWithoutFreightNameWhatIsNotThere(t *testing.T) {
	stage := func(name, sources string) string {
		return "{apiVersion: kargo.akuity.io/v1alpha1, kind: Stage, metadata: {name: " + name + "}, spec: {requestedFreight: [{origin: {kind: Warehouse, name: ap}, sources: " + sources + "}]}}\n---\n"
	}
	s, err := readText(t, stage("qa", "{direct: true}")+stage("prod", "{stages: [qa, uat, uat]}")+stage("dr", "{stages: [uat]}")+warehouseYAML+"---\n"+promotionYAML+"---\n"+configYAML)
	if err != nil {
		t.Fatal(err)
	}
	wantLines(t, "warnings", slices.Concat(s.Warnings, s.Projects[0].Oddities), noFreight,
		`no Stage "uat" in Project "default", which is upstream of prod, dr`,
		`no Warehouse "ap" in Project "default", whose Freight is requested by qa, prod, dr`)
}
