package controlplane

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"strconv"

	"k8s.io/client-go/kubernetes"
)

func (cp *ControlPlane) startEtcd(ctx context.Context) error {
	client, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	cp.etcdURL = "http://" + client
	cp.etcd, err = start(cp.binaries.Etcd, cp.path("etcd.log"),
		"--data-dir="+cp.path("etcd"),
		"--listen-client-urls="+cp.etcdURL,
		"--advertise-client-urls="+cp.etcdURL,
		"--listen-peer-urls=http://127.0.0.1:0", // there are no peers
		"--unsafe-no-fsync",                     // the data need not outlive the test
	)
	if err != nil {
		return err
	}
	return cp.etcd.wait(ctx, func(ctx context.Context) error {
		return get(ctx, cp.etcdURL+"/health")
	})
}

func (cp *ControlPlane) startAPIServer(ctx context.Context) error {
	host, port, err := net.SplitHostPort(cp.address)
	if err != nil {
		return fmt.Errorf("start the API server: %w", err)
	}
	cp.apiServer, err = start(cp.binaries.APIServer, cp.path("kube-apiserver.log"),
		"--etcd-servers="+cp.etcdURL,
		"--bind-address="+host,
		"--secure-port="+port,
		"--advertise-address="+host,       // else it looks for a default route,
		"--endpoint-reconciler-type=none", // and publishes itself as a Service
		"--service-cluster-ip-range=10.0.0.0/24",
		"--cert-dir="+cp.dir,
		"--tls-cert-file="+cp.path(servingCert),
		"--tls-private-key-file="+cp.path(servingKey),
		"--client-ca-file="+cp.path(caCert),
		"--service-account-issuer=https://"+cp.address,
		"--service-account-key-file="+cp.path(caKey),
		"--service-account-signing-key-file="+cp.path(caKey),
		"--authorization-mode=RBAC",
		"--disable-admission-plugins=ServiceAccount", // no controller makes them
		"--audit-policy-file="+cp.path("audit.yaml"),
		"--audit-log-path="+cp.path("audit.log"),
	)
	if err != nil {
		return err
	}
	clients, err := kubernetes.NewForConfig(cp.admin)
	if err != nil {
		return fmt.Errorf("start the API server: %w", err)
	}
	return cp.apiServer.wait(ctx, func(ctx context.Context) error {
		return clients.RESTClient().Get().AbsPath("/readyz").Do(ctx).Error()
	})
}

// freeAddress is a loopback address that nobody listens on. The port is below
// the range that systems give to outgoing connections, so that none of those
// takes it before a server does, or while a server restarts.
func freeAddress(ctx context.Context) (string, error) {
	const first, count, tries = 20000, 10000, 100
	var config net.ListenConfig
	for range tries {
		offset, err := rand.Int(rand.Reader, big.NewInt(count))
		if err != nil {
			return "", fmt.Errorf("find a free port: %w", err)
		}
		address := net.JoinHostPort("127.0.0.1", strconv.FormatInt(first+offset.Int64(), 10))
		if listener, err := config.Listen(ctx, "tcp", address); err == nil {
			return address, listener.Close()
		}
	}
	return "", fmt.Errorf("find a free port: none of %d tried from %d to %d", tries, first, first+count)
}

// get fails unless url answers 200.
func get(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("ask %s: %w", url, err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("ask %s: %w", url, err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("ask %s: %s", url, response.Status)
	}
	return nil
}
