package cli

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// What a server says stays on one line, and what is ours may have several.
func TestServersDoNotStartLines(t *testing.T) {
	status := &apierrors.StatusError{ErrStatus: metav1.Status{Reason: metav1.StatusReasonForbidden, Message: "no\nerror: all is lost\u202e"}}
	err := fmt.Errorf("listing stages: %w\nask for one Project", status)
	want := "Error from server (Forbidden): listing stages: no\\nerror: all is lost\\u202e\nask for one Project"
	if got := headline(err); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got := headline(errors.New("a\nb")); strings.Count(got, "\n") != 1 {
		t.Errorf("got %q", got)
	}
}
