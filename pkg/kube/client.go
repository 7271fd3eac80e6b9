// Package kube turns kubeconfig flags into a client of one API server. It is the
// only package that reads a kubeconfig.
package kube

import (
	"fmt"
	"io"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	_ "k8s.io/client-go/plugin/pkg/client/auth" // credentials of cloud providers and OIDC
	"k8s.io/client-go/rest"
)

// The client's own rate limit. The pages of a large list come one after the other,
// a few lists at a time; what else the API server has to do, it limits by itself.
const (
	queriesPerSecond = 50
	burst            = 100
)

// Options are what the kubeconfig does not say.
type Options struct {
	// UserAgent names the tool in the API server's logs.
	UserAgent string
	// Warnings is where the API server's warnings go, each once.
	Warnings io.Writer
	// Color colours the warnings as kubectl does.
	Color bool
}

// Client speaks to one API server.
type Client struct {
	rest      rest.Interface
	flags     *genericclioptions.ConfigFlags
	context   string
	host      string
	namespace string
}

// Connect reads the kubeconfig. It makes no request. The flags are the client's
// from then on: every client made of them has the options applied. Errors are
// those that kubectl prints for the same flags.
func Connect(flags *genericclioptions.ConfigFlags, options Options) (*Client, error) {
	warnings := rest.NewWarningWriter(options.Warnings, rest.WarningWriterOptions{Deduplicate: true, Color: options.Color})
	wrap := flags.WrapConfigFn
	flags.WithWrapConfigFn(func(config *rest.Config) *rest.Config {
		if wrap != nil {
			config = wrap(config)
		}
		config.UserAgent = options.UserAgent
		config.WarningHandler = warnings
		return config
	})
	config, err := flags.ToRESTConfig()
	if err != nil {
		return nil, err
	}
	namespace, _, err := flags.ToRawKubeConfigLoader().Namespace()
	if err != nil {
		return nil, err
	}
	client, err := newREST(config)
	if err != nil {
		return nil, err
	}
	name, err := contextOf(flags)
	if err != nil {
		return nil, err
	}
	return &Client{rest: client, flags: flags, context: name, host: config.Host, namespace: namespace}, nil
}

// newREST returns a client that knows no types but those of errors.
func newREST(config *rest.Config) (rest.Interface, error) {
	scheme := runtime.NewScheme()
	metav1.AddToGroupVersion(scheme, schema.GroupVersion{Version: "v1"})
	config = rest.CopyConfig(config)
	config.NegotiatedSerializer = serializer.NewCodecFactory(scheme).WithoutConversion()
	config.ContentType = runtime.ContentTypeJSON
	config.AcceptContentTypes = runtime.ContentTypeJSON
	config.QPS = queriesPerSecond
	config.Burst = burst
	return rest.UnversionedRESTClientFor(config)
}

// contextOf returns the name of the context in use, "" when there is none, as
// inside of a cluster.
func contextOf(flags *genericclioptions.ConfigFlags) (string, error) {
	if flags.Context != nil && *flags.Context != "" {
		return *flags.Context, nil
	}
	raw, err := flags.ToRawKubeConfigLoader().RawConfig()
	return raw.CurrentContext, err
}

// REST returns the client of the API server, for absolute paths.
func (c *Client) REST() rest.Interface { return c.rest }

// Context returns the name of the kube context in use, "" when there is none.
func (c *Client) Context() string { return c.context }

// Namespace returns the namespace to work in: the flag's, else that of the
// context, else "default".
func (c *Client) Namespace() string { return c.namespace }

// Where names the cluster for a person: by its context, else by its address.
func (c *Client) Where() string {
	if c.context == "" {
		return fmt.Sprintf("server %q", c.host)
	}
	return fmt.Sprintf("context %q", c.context)
}
