package transport

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// RedirectError says that a redirect was not followed. Following it would send
// credentials, or a write, elsewhere than to the server of the kubeconfig.
type RedirectError struct {
	// From and To are servers, or addresses of one server.
	From, To string
	// Method is the request's.
	Method string
}

// Error names both servers.
func (e *RedirectError) Error() string {
	if e.Method != http.MethodGet {
		return fmt.Sprintf("the server redirects a %s from %s to %s: not followed, as a write goes only where it was sent", e.Method, e.From, e.To)
	}
	return fmt.Sprintf("the server %s redirects to %s: not followed, as that would send it your credentials; if that is the right server, name it in the kubeconfig", e.From, e.To)
}

// maxRedirects is how many redirects a request follows; an http.Client follows ten.
const maxRedirects = 5

// redirects counts those that led to a request.
func redirects(request *http.Request) int {
	count := 0
	for r := request.Response; r != nil && r.Request != nil; r = r.Request.Response {
		count++
	}
	return count
}

// checkRedirect returns a RedirectError for a redirect that must not be followed.
func checkRedirect(request *http.Request, response *http.Response) error {
	codes := []int{http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect}
	if !slices.Contains(codes, response.StatusCode) {
		return nil
	}
	target, err := request.URL.Parse(response.Header.Get("Location"))
	if err != nil {
		return fmt.Errorf("the server redirects to something that is no address: %w", err)
	}
	switch {
	case redirects(request) >= maxRedirects:
		return fmt.Errorf("the server %s redirects again and again, last from %s to %s", server(request.URL), request.URL.EscapedPath(), target.EscapedPath())
	case request.Method != http.MethodGet:
		return &RedirectError{From: address(request.URL), To: address(target), Method: request.Method}
	case server(target) != server(request.URL):
		return &RedirectError{From: server(request.URL), To: server(target), Method: request.Method}
	default:
		return nil
	}
}

// server returns the scheme, host and port of an address.
func server(at *url.URL) string {
	host := strings.ToLower(at.Host)
	switch at.Scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	}
	return at.Scheme + "://" + host
}

// address returns a server and a path, without what else is in an address.
func address(at *url.URL) string { return server(at) + at.EscapedPath() }
