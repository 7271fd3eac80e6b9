package cli

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

func TestParseStage(t *testing.T) {
	for arg, want := range map[string]string{
		"prod": "prod", "stage/prod": "prod", "stages/prod": "prod", "Stage/prod": "prod",
		"stage.kargo.akuity.io/prod": "prod", "stages.kargo.akuity.io/prod": "prod",
		"pod/prod": "", "stage/": "", "stage/a/b": "", "stages.example.com/prod": "", "": "",
	} {
		got, err := ParseStage(arg)
		if got != want && want != "" || (err != nil) != (want == "") {
			t.Errorf("ParseStage(%q) = %q, %v; want %q", arg, got, err, want)
		}
	}
}

func TestParseWarehouse(t *testing.T) {
	for arg, want := range map[string]string{
		"app": "app", "Warehouse/app": "app", "warehouse/app": "app", "Stage/app": "", "Warehouse/": "", "": "",
	} {
		got, err := ParseWarehouse(arg)
		if got != want && want != "" || (err != nil) != (want == "") {
			t.Errorf("ParseWarehouse(%q) = %q, %v; want %q", arg, got, err, want)
		}
	}
}

func TestParseAt(t *testing.T) {
	now := time.Date(2024, 1, 2, 3, 4, 5, 987, time.FixedZone("CET", 3600))
	second := time.Date(2024, 1, 2, 2, 4, 5, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"":                          second,
		"+0s":                       second,
		"+2h30m":                    second.Add(150 * time.Minute),
		"2026-01-02T15:04:05Z":      time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC),
		"2026-01-02T15:04:05+02:00": time.Date(2026, 1, 2, 13, 4, 5, 0, time.UTC),
		"2026-01-02T15:04:05.25Z":   time.Date(2026, 1, 2, 15, 4, 5, 250_000_000, time.UTC),
	} {
		got, err := parseAt(text, now)
		if err != nil || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("parseAt(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"noon", "+soon", "2h", "2026-01-02", "-1h"} {
		if got, err := parseAt(text, now); err == nil {
			t.Errorf("parseAt(%q) = %v, want an error", text, got)
		}
	}
}

func TestDidYouMean(t *testing.T) {
	known := []string{"prod", "staging-a", "staging-b", "prod"}
	for name, want := range map[string]string{
		"prd":       "Did you mean prod?",
		"PROD":      "Did you mean prod?",
		"staging":   "Did you mean staging-a, staging-b?",
		"staging-c": "Did you mean staging-a, staging-b?",
		"gate":      "",
		"rpod":      "Did you mean prod?",
	} {
		if diff := cmp.Diff(want, DidYouMean(name, known)); diff != "" {
			t.Errorf("DidYouMean(%q) (-want +got):\n%s", name, diff)
		}
	}
}

func TestHeadline(t *testing.T) {
	forbidden := apierrors.NewForbidden(schema.GroupResource{Group: "kargo.akuity.io", Resource: "stages"}, "", errors.New("no"))
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"an error of our own":           {errors.New("no Stage"), "error: no Stage"},
		"the API server's own":          {forbidden, "Error from server (Forbidden): stages.kargo.akuity.io is forbidden: no"},
		"the server's in words of ours": {fmt.Errorf("%w; use -n", forbidden), "Error from server (Forbidden): stages.kargo.akuity.io is forbidden: no; use -n"},
		"a token that is none":          {fmt.Errorf("listing: %w", apierrors.NewUnauthorized("no")), "error: You must be logged in to the server (Unauthorized)"},
		"an unreachable server": {
			fmt.Errorf("listing: %w", &url.Error{Op: "Get", URL: "https://127.0.0.1:6443/apis?limit=500", Err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}}),
			"error: listing: the connection to the server https://127.0.0.1:6443 was refused: is it the right host and port?",
		},
		"a server that does not answer": {
			&url.Error{Op: "Get", URL: "https://example.invalid/api", Err: errors.New("no such host")},
			"error: no answer from the server https://example.invalid: no such host",
		},
		"a name that files lack": {&NotFoundError{Resource: "stages.kargo.akuity.io", Name: "x"}, `error: stages.kargo.akuity.io "x" not found`},
		"a name that a cluster lacks": {
			&NotFoundError{Resource: "stages.kargo.akuity.io", Name: "x", Hint: "Did you mean y?", Server: true},
			"Error from server (NotFound): stages.kargo.akuity.io \"x\" not found\nDid you mean y?",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, headline(test.err)); diff != "" {
				t.Errorf("headline() (-want +got):\n%s", diff)
			}
		})
	}
}

func TestColors(t *testing.T) {
	env := Env{Getenv: func(string) (string, bool) { return "", false }}
	for mode, want := range map[ColorMode]bool{ColorAlways: true, ColorNever: false, ColorAuto: false} {
		if got := env.Colors(mode, nil); got != want {
			t.Errorf("Colors(%s) off a terminal = %v, want %v", mode, got, want)
		}
	}
	var mode ColorMode
	if err := mode.Set("sometimes"); err == nil {
		t.Error("ColorMode takes any word")
	}
}
