package controlplane

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"time"

	"k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
)

// The files that the API server reads, below the control plane's folder.
const (
	caCert      = "ca.crt"
	caKey       = "ca.key"
	servingCert = "serving.crt"
	servingKey  = "serving.key"
)

// authority signs the API server's certificate and those of its users. It lives
// as long as the control plane, so that a restart invalidates nothing.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// pair is a certificate and its key, both PEM.
type pair struct{ cert, key []byte }

func newAuthority() (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the control plane's authority: %w", err)
	}
	ca, err := cert.NewSelfSignedCACert(cert.Config{CommonName: "e2e"}, key)
	if err != nil {
		return nil, fmt.Errorf("make the control plane's authority: %w", err)
	}
	return &authority{cert: ca, key: key}, nil
}

// server signs a certificate for a server on 127.0.0.1.
func (a *authority) server() (pair, error) {
	return a.sign(x509.Certificate{
		Subject:     pkix.Name{CommonName: "kube-apiserver"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
}

// user signs a certificate that the API server reads u from.
func (a *authority) user(u User) (pair, error) {
	return a.sign(x509.Certificate{
		Subject:     pkix.Name{CommonName: u.Name, Organization: u.Groups},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
}

// sign makes a key and signs its certificate, completing template.
func (a *authority) sign(template x509.Certificate) (pair, error) {
	failed := func(err error) (pair, error) {
		return pair{}, fmt.Errorf("sign a certificate for %q: %w", template.Subject.CommonName, err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return failed(err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return failed(err)
	}
	template.SerialNumber = serial
	template.NotBefore = a.cert.NotBefore
	template.NotAfter = time.Now().Add(24 * time.Hour)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, &template, a.cert, key.Public(), a.key)
	if err != nil {
		return failed(err)
	}
	keyPEM, err := keyutil.MarshalPrivateKeyToPEM(key)
	if err != nil {
		return failed(err)
	}
	return pair{cert: certPEM(der), key: keyPEM}, nil
}

func certPEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: cert.CertificateBlockType, Bytes: der})
}

// writeKeys makes the authority and writes what the API server reads. Service
// account tokens are signed with the authority's key: one key is enough here.
func (cp *ControlPlane) writeKeys() error {
	ca, err := newAuthority()
	if err != nil {
		return err
	}
	cp.ca = ca
	serving, err := ca.server()
	if err != nil {
		return err
	}
	key, err := keyutil.MarshalPrivateKeyToPEM(ca.key)
	if err != nil {
		return fmt.Errorf("write the control plane's keys: %w", err)
	}
	for name, content := range map[string][]byte{
		caCert: certPEM(ca.cert.Raw), caKey: key, servingCert: serving.cert, servingKey: serving.key,
	} {
		if err := os.WriteFile(cp.path(name), content, 0o600); err != nil {
			return fmt.Errorf("write the control plane's keys: %w", err)
		}
	}
	return nil
}
