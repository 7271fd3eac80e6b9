package cli

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/render/term"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/transport"
)

// Exit codes, the same for every verb. ExitNo is of verbs that answer a question with
// no. A signal that ends the command adds its number to ExitSignal.
const (
	ExitDone       = 0
	ExitNo         = 1
	ExitUsage      = 2
	ExitIncomplete = 3
	ExitSignal     = 128
)

// SignalError says that a signal ends the command, or a key that stands for one. It is
// the cause with which a context ends when a signal does it.
type SignalError struct{ Signal syscall.Signal }

// Error names the signal.
func (e SignalError) Error() string { return e.Signal.String() }

// UsageError says that a command line makes no sense.
type UsageError struct {
	// Command is the command whose help would tell, such as "kubectl kargo-avail list".
	Command string
	Err     error
}

// Error returns what is wrong and where help is.
func (e *UsageError) Error() string {
	return fmt.Sprintf("%v\nSee '%s -h' for help and examples.", e.Err, e.Command)
}

// Unwrap returns what is wrong.
func (e *UsageError) Unwrap() error { return e.Err }

// NegativeError says that the answer to the question is no.
type NegativeError struct {
	// Text is for a person; "" where the output has said it.
	Text string
}

// Error returns the text.
func (e *NegativeError) Error() string { return e.Text }

// WriteError is an error of writing the output, as against one of reading what is to
// be judged.
type WriteError struct{ Err error }

// Error returns what went wrong.
func (e *WriteError) Error() string { return fmt.Sprintf("writing the output: %v", e.Err) }

// Unwrap returns what went wrong.
func (e *WriteError) Unwrap() error { return e.Err }

// ReaderGone reports whether nobody reads the output any more, which is no failure.
func ReaderGone(err error) bool {
	var write *WriteError
	return errors.As(err, &write) && errors.Is(write.Err, syscall.EPIPE)
}

// Args makes the errors of a check of arguments UsageErrors.
func Args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return &UsageError{Command: cmd.CommandPath(), Err: err}
		}
		return nil
	}
}

// NotFoundError says that a name names nothing.
type NotFoundError struct {
	// Resource is the plural with its group, such as "stages.kargo.akuity.io".
	Resource, Name string
	// Project is where it was looked for; "" is several.
	Project string
	// Hint says what to do, in a line of its own; may be empty.
	Hint string
	// Server says that an API server was asked, and not files.
	Server bool
}

// Error speaks kubectl's words.
func (e *NotFoundError) Error() string {
	text := fmt.Sprintf("%s %q not found", e.Resource, e.Name)
	if e.Project != "" {
		text += fmt.Sprintf(" in Project %q", e.Project)
	}
	if e.Hint != "" {
		text += "\n" + e.Hint
	}
	return text
}

// headline formats an error as kubectl does: with the API server's reason if it came
// from there, else behind "error:".
func headline(err error) string {
	var notFound *NotFoundError
	if errors.As(err, &notFound) && notFound.Server {
		return fmt.Sprintf("Error from server (%s): %v", metav1.StatusReasonNotFound, err)
	}
	if apierrors.IsUnauthorized(err) {
		return "error: You must be logged in to the server (Unauthorized)"
	}
	var status apierrors.APIStatus
	if errors.As(err, &status) && status.Status().Reason != "" {
		// A newline in the server's message must not start a line of its own.
		message := status.Status().Message
		return fmt.Sprintf("Error from server (%s): %s", term.Sanitize(string(status.Status().Reason)), strings.Replace(err.Error(), message, term.Sanitize(message), 1))
	}
	if redirect, ok := errors.AsType[*transport.RedirectError](err); ok {
		return "error: " + redirect.Error()
	}
	if request, ok := errors.AsType[*url.Error](err); ok {
		return "error: " + strings.Replace(err.Error(), request.Error(), unreachable(request), 1)
	}
	return fmt.Sprintf("error: %v", err)
}

// unreachable says that an API server did not answer; of the address only what
// finds it is of interest.
func unreachable(request *url.Error) string {
	server := request.URL
	if address, err := url.Parse(request.URL); err == nil {
		server = address.Scheme + "://" + address.Host
	}
	if errors.Is(request.Err, syscall.ECONNREFUSED) {
		return fmt.Sprintf("the connection to the server %s was refused: is it the right host and port?", server)
	}
	return fmt.Sprintf("no answer from the server %s: %v", server, request.Err)
}

// Describe puts an error into the words that people see, for the end of a sentence.
func Describe(err error) string { return strings.TrimPrefix(headline(err), "error: ") }
