// Package controlplane runs a Kubernetes API server for tests: one etcd and one
// kube-apiserver on loopback ports, with RBAC and client certificates, and
// nothing else. There are no controllers, so what a test writes stays as it was
// written.
//
// This is what sigs.k8s.io/controller-runtime/pkg/envtest does, and envtest was
// tried first. It was not taken because
//
//   - it puts both servers into process groups of their own and has no way to
//     give them other attributes, so that a test binary that panics, runs into
//     go test's time limit or is interrupted leaves them running;
//   - with USE_EXISTING_CLUSTER set it would work on the developer's cluster;
//   - it leaves port lock files in the user's cache;
//   - a server that does not start is reported as a time-out, its log lost;
//   - its ports are ephemeral, so that a restarted server can find its own port
//     taken by any outgoing connection.
package controlplane
