package controlplane

import (
	"context"
	"fmt"
	"os"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// User is who a client is to the API server. A user needs no creating: whoever
// has a certificate of the control plane's is authenticated, and may do what
// was granted.
type User struct {
	Name   string
	Groups []string
}

// Admin may do everything.
func Admin() User {
	return User{Name: "admin", Groups: []string{"system:masters"}}
}

// UserConfig is a client configuration of u, without a client-side rate limit.
func (cp *ControlPlane) UserConfig(u User) (*rest.Config, error) {
	signed, err := cp.ca.user(u)
	if err != nil {
		return nil, err
	}
	return &rest.Config{
		Host: "https://" + cp.address,
		TLSClientConfig: rest.TLSClientConfig{
			CAData:   certPEM(cp.ca.cert.Raw),
			CertData: signed.cert,
			KeyData:  signed.key,
		},
		QPS:            -1,
		WarningHandler: rest.NoWarnings{},
	}, nil
}

// Kubeconfig writes a kubeconfig file and returns its path. Its one context,
// the current one, is named after u and sets namespace unless that is "".
func (cp *ControlPlane) Kubeconfig(u User, namespace string) (string, error) {
	config, err := cp.UserConfig(u)
	if err != nil {
		return "", err
	}
	file, err := os.CreateTemp(cp.dir, "kubeconfig-")
	if err != nil {
		return "", fmt.Errorf("write a kubeconfig for %q: %w", u.Name, err)
	}
	if err := file.Close(); err != nil {
		return "", fmt.Errorf("write a kubeconfig for %q: %w", u.Name, err)
	}
	content := api.Config{
		Clusters:       map[string]*api.Cluster{"e2e": {Server: config.Host, CertificateAuthorityData: config.CAData}},
		AuthInfos:      map[string]*api.AuthInfo{u.Name: {ClientCertificateData: config.CertData, ClientKeyData: config.KeyData}},
		Contexts:       map[string]*api.Context{u.Name: {Cluster: "e2e", AuthInfo: u.Name, Namespace: namespace}},
		CurrentContext: u.Name,
	}
	if err := clientcmd.WriteToFile(content, file.Name()); err != nil {
		return "", fmt.Errorf("write a kubeconfig for %q: %w", u.Name, err)
	}
	return file.Name(), nil
}

// Grant lets the user of that name do what the rules say: in namespace, which
// is created if need be, or everywhere if namespace is "". It returns when the
// API server has taken notice. Grants add up.
func (cp *ControlPlane) Grant(ctx context.Context, user, namespace string, rules ...rbacv1.PolicyRule) error {
	clients, err := kubernetes.NewForConfig(cp.Config())
	if err != nil {
		return fmt.Errorf("grant rules to %q: %w", user, err)
	}
	meta := metav1.ObjectMeta{GenerateName: "e2e-", Namespace: namespace}
	subjects := []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: user}}
	if namespace == "" {
		err = grantEverywhere(ctx, clients, meta, subjects, rules)
	} else {
		err = grantInNamespace(ctx, clients, meta, subjects, rules)
	}
	if err != nil {
		return fmt.Errorf("grant rules to %q: %w", user, err)
	}
	for _, rule := range rules {
		if err := untilAllowed(ctx, clients, user, namespace, rule); err != nil {
			return err
		}
	}
	return nil
}

func grantInNamespace(ctx context.Context, clients kubernetes.Interface, meta metav1.ObjectMeta, subjects []rbacv1.Subject, rules []rbacv1.PolicyRule) error {
	if err := ensureNamespace(ctx, clients, meta.Namespace); err != nil {
		return err
	}
	rbac := clients.RbacV1()
	role, err := rbac.Roles(meta.Namespace).Create(ctx, &rbacv1.Role{ObjectMeta: meta, Rules: rules}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	_, err = rbac.RoleBindings(meta.Namespace).Create(ctx, &rbacv1.RoleBinding{
		ObjectMeta: meta,
		Subjects:   subjects,
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: role.Name},
	}, metav1.CreateOptions{})
	return err
}

func grantEverywhere(ctx context.Context, clients kubernetes.Interface, meta metav1.ObjectMeta, subjects []rbacv1.Subject, rules []rbacv1.PolicyRule) error {
	rbac := clients.RbacV1()
	role, err := rbac.ClusterRoles().Create(ctx, &rbacv1.ClusterRole{ObjectMeta: meta, Rules: rules}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	_, err = rbac.ClusterRoleBindings().Create(ctx, &rbacv1.ClusterRoleBinding{
		ObjectMeta: meta,
		Subjects:   subjects,
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role.Name},
	}, metav1.CreateOptions{})
	return err
}

// untilAllowed waits until the API server, which learns of new rules by a watch
// of its own, allows the first thing that rule speaks of.
func untilAllowed(ctx context.Context, clients kubernetes.Interface, user, namespace string, rule rbacv1.PolicyRule) error {
	spec := authorizationv1.SubjectAccessReviewSpec{User: user}
	if len(rule.NonResourceURLs) > 0 {
		spec.NonResourceAttributes = &authorizationv1.NonResourceAttributes{Verb: first(rule.Verbs), Path: first(rule.NonResourceURLs)}
	} else {
		spec.ResourceAttributes = &authorizationv1.ResourceAttributes{
			Namespace: namespace,
			Verb:      first(rule.Verbs),
			Group:     first(rule.APIGroups),
			Resource:  first(rule.Resources),
			Name:      first(rule.ResourceNames),
		}
	}
	err := wait.PollUntilContextTimeout(ctx, 10*time.Millisecond, startLimit, true, func(ctx context.Context) (bool, error) {
		review, err := clients.AuthorizationV1().SubjectAccessReviews().Create(ctx,
			&authorizationv1.SubjectAccessReview{Spec: spec}, metav1.CreateOptions{})
		if err != nil {
			return false, err
		}
		return review.Status.Allowed, nil
	})
	if err != nil {
		return fmt.Errorf("wait until %q may do as %s says: %w", user, rule.String(), err)
	}
	return nil
}

// first is the first of values, or "".
func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}
