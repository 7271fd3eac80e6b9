// Package kube turns kubeconfig flags into a client of one API server. It is the
// only package that reads a kubeconfig.
package kube

import (
	"cmp"
	"fmt"
	"net/http"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	_ "k8s.io/client-go/plugin/pkg/client/auth" // credentials of cloud providers and OIDC
	"k8s.io/client-go/rest"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/kargo-avail/kubectl-kargo-avail/pkg/transport"
)

// The client's own rate limit. It must not slow down the pages of a few large lists; the
// API server protects itself.
const (
	queriesPerSecond = 50
	burst            = 100
)

// localDefault is the server that client-go assumes when the kubeconfig names none. No
// API server has listened there for years.
const localDefault = "http://localhost:8080"

// Options are settings of a client that are not in the kubeconfig.
type Options struct {
	// UserAgent names the tool in the API server's logs.
	UserAgent string
	// DefaultNamespace returns the namespace where neither a flag nor the context says
	// one; "" is "default". Nil is the same. It is called only then.
	DefaultNamespace func() string
	// Warnings receives the API server's warnings. Their text is not to be trusted.
	Warnings rest.WarningHandler
	// Activity, unless it is nil, knows the requests in flight.
	Activity *transport.Activity
}

// Client speaks to one API server.
type Client struct {
	rest      rest.Interface
	flags     *genericclioptions.ConfigFlags
	context   string
	host      string
	namespace string
	activity  *transport.Activity
}

// Connect reads the kubeconfig and makes no request. The flags must include server and
// context. They belong to the Client from then on: every client made from them has the
// options applied. Errors are kubectl's own.
func Connect(flags *genericclioptions.ConfigFlags, options Options) (*Client, error) {
	options.apply(flags)
	config, err := flags.ToRESTConfig()
	if err != nil {
		return nil, err
	}
	loader := flags.ToRawKubeConfigLoader()
	raw, err := loader.RawConfig()
	if err != nil {
		return nil, err
	}
	if clientcmdapi.IsConfigEmpty(&raw) && config.Host == localDefault && *flags.APIServer == "" {
		return nil, genericclioptions.ErrEmptyConfig
	}
	context := cmp.Or(*flags.Context, raw.CurrentContext)
	namespace, given, err := loader.Namespace()
	if err != nil {
		return nil, err
	}
	if set := raw.Contexts[context]; namespace == metav1.NamespaceDefault && !given && (set == nil || set.Namespace == "") && options.DefaultNamespace != nil {
		namespace = cmp.Or(options.DefaultNamespace(), namespace)
	}
	client, err := newREST(config)
	if err != nil {
		return nil, err
	}
	return &Client{
		rest:      client,
		flags:     flags,
		context:   context,
		host:      config.Host,
		namespace: namespace,
		activity:  options.Activity,
	}, nil
}

// apply gives the options to every client that is made from the flags.
func (o Options) apply(flags *genericclioptions.ConfigFlags) {
	wrap := flags.WrapConfigFn
	flags.WithWrapConfigFn(func(config *rest.Config) *rest.Config {
		if wrap != nil {
			config = wrap(config)
		}
		config.UserAgent = o.UserAgent
		config.WarningHandler = o.Warnings
		config.Wrap(func(next http.RoundTripper) http.RoundTripper {
			return &transport.Transport{Next: next, Silence: silence(config), Activity: o.Activity}
		})
		return config
	})
}

// silence returns how long a server may send nothing, 0 for --request-timeout, which
// bounds the whole of a request.
func silence(config *rest.Config) time.Duration {
	if config.Timeout > 0 {
		return 0
	}
	return transport.DefaultSilence
}

// newREST returns a client that knows only the types of errors.
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

// REST returns the client of the API server, for absolute paths.
func (c *Client) REST() rest.Interface { return c.rest }

// Activity returns the one of the options: it knows the requests in flight.
func (c *Client) Activity() *transport.Activity { return c.activity }

// Namespace returns the namespace to work in: the flag's, else that of the
// context, else the option's, else "default".
func (c *Client) Namespace() string { return c.namespace }

// Where names the cluster for a person: by its context, else by its address.
func (c *Client) Where() string {
	if c.context == "" {
		return fmt.Sprintf("server %q", c.host)
	}
	return fmt.Sprintf("context %q", c.context)
}
