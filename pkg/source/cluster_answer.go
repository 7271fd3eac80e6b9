package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	utilnet "k8s.io/apimachinery/pkg/util/net"
	"k8s.io/client-go/rest"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/kargo"
	"github.com/kargo-avail/kubectl-kargo-avail/pkg/transport"
)

// endGrace is how long the end of a response may take once its document is complete.
const endGrace = time.Second

// cutError says that a response began and did not come to its end. It is worth to ask
// again.
type cutError struct{ error }

// Unwrap is part of error handling.
func (e *cutError) Unwrap() error { return e.error }

// isCut reports whether a response did not come, or not to its end, or took the server
// too long. A server that stayed silent would do so again.
func isCut(err error) bool {
	var cut *cutError
	var silent *transport.SilentError
	return !errors.As(err, &silent) &&
		(errors.As(err, &cut) || apierrors.IsTimeout(err) || utilnet.IsProbableEOF(err) || utilnet.IsConnectionReset(err) || utilnet.IsHTTP2ConnectionLost(err))
}

// wrongAnswerError says that a complete response is not what was asked for.
type wrongAnswerError struct{ error }

func wrongAnswer(format string, args ...any) error {
	return &wrongAnswerError{fmt.Errorf("the answer is not what was asked for: "+format, args...)}
}

// readList reads the response to a request for a list of the resource, or for a page of
// one.
func readList[T any](ctx context.Context, request *rest.Request, r *resource, each func(T) error) (kargo.ListMeta, error) {
	ctx, cancel := context.WithCancel(transport.WithStream(ctx))
	defer cancel()
	body, err := request.Stream(ctx)
	if err != nil {
		return kargo.ListMeta{}, err
	}
	defer func() { _ = body.Close() }() // it was only read
	decoder := kargo.NewListDecoder(&batches{from: body})
	page, err := kargo.DecodeList(decoder, each)
	if err == nil {
		err = readEnd(decoder, cancel)
	}
	switch {
	case err != nil:
		return kargo.ListMeta{}, listError(err)
	case page.Continue == "" && page.RemainingItemCount != nil && *page.RemainingItemCount > 0:
		return kargo.ListMeta{}, &cutError{fmt.Errorf("the list is incomplete: %d more objects follow, without a way to get them", *page.RemainingItemCount)}
	default:
		return page, r.mustBe(typeMeta{page.APIVersion, page.Kind}, "List")
	}
}

// readEnd reads what follows the list. If nothing comes, neither an end nor anything
// else, the list is still complete: of a compressed one the last bytes arrive here
// only after its checksum.
func readEnd(decoder *kargo.ListDecoder, cancel context.CancelFunc) error {
	ended := make(chan error, 1)
	go func() { ended <- decoder.End() }()
	select {
	case err := <-ended:
		return err
	case <-time.After(endGrace):
	}
	cancel()
	<-ended //nolint:errcheck // the answer is whole; after this the decoder is free
	return nil
}

// listError describes an error of decoding a list. What is no list at all is not worth to
// ask for again.
func listError(err error) error {
	if wrong, ok := errors.AsType[*wrongAnswerError](err); ok {
		return wrong
	}
	described := decodeError("a whole list", err)
	if _, _, words := explain(err); words == "" || errors.Is(err, io.ErrUnexpectedEOF) {
		return &cutError{described}
	}
	return described
}

// decodeError describes a decoding failure.
func decodeError(something string, err error) error {
	if _, at, words := explain(err); words != "" {
		return fmt.Errorf("the answer is not %s: %s%s", something, field(at), words)
	}
	return fmt.Errorf("the answer is not %s: %w", something, err)
}

// readObject reads the response to a request for one object into an object, and checks
// that it is one of the resource. It asks again once when the response is cut off.
func (c Cluster) readObject(ctx context.Context, request func() *rest.Request, r *resource, into any, meta *kargo.Metadata) error {
	err := readJSONObject(ctx, request(), r, into)
	if isCut(err) && ctx.Err() == nil {
		err = readJSONObject(ctx, request(), r, into)
	}
	if err != nil {
		return err
	}
	return c.mustHave(r, meta)
}

// readJSONObject reads the response to a request for one object.
func readJSONObject(ctx context.Context, request *rest.Request, r *resource, into any) error {
	raw, err := readAll(ctx, request)
	if err != nil {
		return err
	}
	var of typeMeta
	err = json.Unmarshal(raw, &of, lenient())
	if err == nil {
		err = r.mustBe(of, "")
	}
	if err == nil {
		err = json.Unmarshal(raw, into, lenient())
	}
	if wrong, ok := errors.AsType[*wrongAnswerError](err); ok {
		return wrong
	}
	if err != nil {
		return decodeError("a whole object", err)
	}
	return nil
}

// readAll reads a response whole.
func readAll(ctx context.Context, request *rest.Request) ([]byte, error) {
	result := request.Do(ctx)
	if err := result.Error(); err != nil { // in the API server's own words, which Raw has not
		return nil, bodyError(err)
	}
	raw, err := result.Raw()
	return raw, bodyError(err)
}

// bodyError tells an error of reading the body of a response, which is a cut, from one of
// the connection and from one that the API server reports.
func bodyError(err error) error {
	var status apierrors.APIStatus
	var connection *url.Error
	if err == nil || errors.As(err, &status) || errors.As(err, &connection) {
		return err
	}
	return &cutError{err}
}

// isMissing reports whether the API server itself says that an object does not exist. A
// 404 without its Status says that there is no such resource, or comes from elsewhere.
func isMissing(err error) bool {
	return apierrors.IsNotFound(err) && !apierrors.IsUnexpectedServerError(err)
}

// lenient reads what API servers store, which anyone may have written.
func lenient() json.Options {
	return json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}
