package kargo_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
)

// decoded is Freight as the decoder alone reads it.
type decoded struct {
	Status struct {
		VerifiedIn kargo.ByStage[kargo.Verified] `json:"verifiedIn"`
	} `json:"status"`
}

// However status.verifiedIn is written, the decoder would read the same, or refuse it in
// the same words.
func TestPropertyVerifiedInIsReadAsDecoded(t *testing.T) {
	stages := rapid.SampledFrom([]string{`"qa"`, `"a"`, `"a-b.c"`, `""`, `"q\u0061"`, `"\""`, "\"\xff\"", `"日本"`, `"}"`})
	entries := rapid.SampledFrom([]string{
		`{}`, `null`, `{ }`,
		`{"verifiedAt":"2024-01-02T03:04:05Z"}`,
		`{"longestSoak":"1h2m3.5s","verifiedAt":"2024-01-02T03:04:05Z"}`,
		"{ \"verifiedAt\" : \"2024-01-02T03:04:05.678+02:00\" ,\n\t\"longestSoak\" : \"0s\" }",
		`{"verifiedAt":null,"longestSoak":null}`,
		`{"verifiedAt":"2024-01-02T03:04:05Z","verifiedAt":"2025-01-02T03:04:05Z"}`,
		`{"other":{"a":["}",1,"\"",{}],"b":true},"longestSoak":"1h"}`,
		`{"longestSoak":"1h","other":-1.5e3}`,
		`{"verifiedAt":"2024-01-02T03:04:0\u0035Z"}`, `{"longestSoak":"1\u0068"}`, `{"verified\u0041t":"2024-01-02T03:04:05Z"}`,
		`{"VERIFIEDAT":"2024-01-02T03:04:05Z"}`,
		`{"verifiedAt":"0001-01-01T00:00:00Z"}`,
	})
	refused := rapid.SampledFrom([]string{
		`"text"`, `7`, `[]`, `true`,
		`{"verifiedAt":"yesterday"}`, `{"verifiedAt":"2024-1-02T03:04:05Z"}`, `{"verifiedAt":""}`, `{"verifiedAt":7}`, `{"verifiedAt":{}}`,
		`{"longestSoak":"1 hour"}`, `{"longestSoak":""}`, `{"longestSoak":3600}`, `{"longestSoak":["1h"]}`, "{\"longestSoak\":\"1\xff\"}",
	})
	space := rapid.SampledFrom([]string{"", "", " ", "\n  "})
	rapid.Check(t, func(t *rapid.T) {
		entry := entries
		if rapid.IntRange(0, 3).Draw(t, "refused") == 0 {
			entry = rapid.OneOf(entries, refused)
		}
		var members []string
		for range rapid.IntRange(0, 5).Draw(t, "members") {
			members = append(members, space.Draw(t, "space")+stages.Draw(t, "stage")+space.Draw(t, "space")+":"+space.Draw(t, "space")+entry.Draw(t, "entry")+space.Draw(t, "space"))
		}
		text := "{" + strings.Join(members, ",") + space.Draw(t, "space") + "}"
		if rapid.IntRange(0, 9).Draw(t, "no object") == 0 {
			text = refused.Draw(t, "text")
		}
		text = `{"status": {"verifiedIn":` + text + `}}`
		twice := rapid.Bool().Draw(t, "names may come twice")
		options := json.JoinOptions(jsontext.AllowDuplicateNames(twice), jsontext.AllowInvalidUTF8(true))
		var want decoded
		var got kargo.Freight
		wantErr, gotErr := json.Unmarshal([]byte(text), &want, options), json.Unmarshal([]byte(text), &got, options)
		if (wantErr == nil) != (gotErr == nil) {
			t.Fatalf("%s: got error %v, want %v", text, gotErr, wantErr)
		}
		// Of two errors one that ails the text comes first now.
		if diff := cmp.Diff(words(wantErr), words(gotErr)); twice && diff != "" {
			t.Fatalf("%s: errors differ (-want +got):\n%s", text, diff)
		}
		if diff := cmp.Diff(want.Status.VerifiedIn, got.Status.VerifiedIn); wantErr == nil && diff != "" {
			t.Fatalf("%s: read (-want +got):\n%s", text, diff)
		}
	})
}

// words is what is said of an error, and where it is.
func words(err error) []any {
	switch e := err.(type) { //nolint:errorlint // json returns them as they are
	case nil:
		return nil
	case *json.SemanticError:
		return []any{e.ByteOffset, e.JSONPointer, e.JSONKind, fmt.Sprint(e.Err)}
	default:
		return []any{err.Error()}
	}
}
