package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/kargo-avail/kubectl-kargo-avail/test/e2e/controlplane"
)

func TestServerThatIsDown(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	admin := c.kubeconfig(t, controlplane.Admin(), "anywhere")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{}, {"-A"}, {"prod", "-o", "json"}} {
		args = append(args, "--server=https://"+address)
		c.kargoAvail(t, admin, args...).wantFailure(t, 3, 1, address, "refused")
	}
}

// The error says what canceled a running request, and not merely that it was canceled.
func TestFirstErrorIsSaidAlone(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	schemaBegun := make(chan struct{})
	server := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/openapi") {
			beginJSON(w, `{"paths":{`)
			close(schemaBegun)
			<-r.Context().Done()
			return
		}
		<-schemaBegun
		http.NotFound(w, r)
	})
	admin := c.kubeconfig(t, controlplane.Admin(), "anywhere")
	c.kargoAvail(t, admin, "--server", server).wantFailure(t, 3, 1, "error: the API server has no stages")
}

func TestServerThatIsTooSlow(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0") // which says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	silent := "https://" + listener.Addr().String()
	admin := c.kubeconfig(t, controlplane.Admin(), "anywhere")
	got := c.kargoAvail(t, admin, "--server", silent, "--request-timeout=100ms")
	got.wantFailure(t, 3, 1, "error: ", "stages", silent, "exceeded")
	// The schema takes another way through client-go, which has its own to say.
	if got := c.kargoAvail(t, admin, "version", "--server", silent, "--request-timeout=100ms"); strings.Contains(got.Stderr, ".go:") {
		t.Errorf("version shows client-go's log:\n%s", got.Stderr)
	}
}

func TestCredentialsThatAreWrong(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	kubeconfig := c.kubeconfigAs(t, "stranger", &api.AuthInfo{Token: "not a token"})
	c.kargoAvail(t, kubeconfig).wantFailure(t, 3, 1, "Unauthorized")
}

// Cloud providers have kubectl run a command for a token.
func TestCredentialsOfACommand(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	project := c.newProject(t, "fetched")
	credential := fmt.Sprintf(`{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":%q}}`, c.token(t, project))
	script := write(t, "login", fmt.Sprintf("#!/bin/sh\necho '%s'\n", credential))
	if err := os.Chmod(script, 0o700); err != nil {
		t.Fatal(err)
	}
	exec := &api.ExecConfig{APIVersion: "client.authentication.k8s.io/v1", Command: script, InteractiveMode: api.NeverExecInteractiveMode}
	kubeconfig := c.kubeconfigAs(t, project, &api.AuthInfo{Exec: exec})

	if got, want := c.kargoAvail(t, kubeconfig, "-o", "name"), (outcome{Stdout: "stage.kargo.akuity.io/prod\n"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}

	// client-go adds several lines of help.
	exec.Command = "no-such-login"
	got := c.kargoAvail(t, c.kubeconfigAs(t, project, &api.AuthInfo{Exec: exec}))
	got.wantStderr(t, "error: ", "executable no-such-login not found")
	if got.Exit != 3 || got.Stdout != "" {
		t.Errorf("got exit %d, stdout %q; want exit 3 and nothing on stdout", got.Exit, got.Stdout)
	}
}

// token is one of a service account that may read a Project.
func (c cluster) token(t *testing.T, project string) string {
	t.Helper()
	clients, err := kubernetes.NewForConfig(c.Config())
	if err != nil {
		t.Fatal(err)
	}
	accounts := clients.CoreV1().ServiceAccounts(project)
	account, err := accounts.Create(run.ctx, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "reader"}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	c.grant(t, "system:serviceaccount:"+project+":reader", project, readKargo("*"))
	request, err := accounts.CreateToken(run.ctx, account.Name, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return request.Status.Token
}

// kubeconfigAs is the path of a kubeconfig file for a namespace with credentials
// that are not a certificate.
func (c cluster) kubeconfigAs(t *testing.T, namespace string, user *api.AuthInfo) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kubeconfig")
	config := c.Config()
	err := clientcmd.WriteToFile(api.Config{
		Clusters:       map[string]*api.Cluster{"e2e": {Server: config.Host, CertificateAuthorityData: config.CAData}},
		AuthInfos:      map[string]*api.AuthInfo{"user": user},
		Contexts:       map[string]*api.Context{"context": {Cluster: "e2e", AuthInfo: "user", Namespace: namespace}},
		CurrentContext: "context",
	}, path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// newServer is an API server that does as it is told, for as long as its client
// waits or the test runs. It returns its URL.
func newServer(t *testing.T, serve http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(serve)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL
}

// beginJSON sends the beginning of an answer.
func beginJSON(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, text)
	_ = http.NewResponseController(w).Flush()
}

// With -v the requests are logged on stderr, as kubectl does, and no credential is.
func TestLogHidesTheToken(t *testing.T) {
	t.Parallel()
	c := sharedCluster(t)
	const token = "very-secret-token"
	var got atomic.Bool
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer "+token {
			got.Store(true)
		}
		http.Error(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403}`, http.StatusForbidden)
	}))
	t.Cleanup(server.Close)
	admin := c.kubeconfig(t, controlplane.Admin(), "anywhere")
	for _, level := range []string{"6", "7", "8", "9", "10"} {
		outcome := c.kargoAvail(t, admin, "list", "-v="+level, "--server="+server.URL, "--insecure-skip-tls-verify", "--token="+token)
		if !strings.Contains(outcome.Stderr, "/apis/kargo.akuity.io/v1alpha1/") {
			t.Errorf("-v=%s says\n%s", level, outcome.Stderr)
		}
		if strings.Contains(outcome.Stdout+outcome.Stderr, token) {
			t.Errorf("-v=%s shows the token:\n%s", level, outcome.Stderr)
		}
	}
	if !got.Load() {
		t.Error("the token was not sent: the test shows nothing")
	}
}
