// Package source reads Projects from where they are: a cluster's API server or
// files. A source answers with a Snapshot or with an error, and after an error
// nothing may be judged: half of a pipeline gives wrong verdicts.
//
// Both sources decode straight into the few fields of package kargo, object by
// object as they arrive. A Cluster gets its client handed in, Files have none:
// nothing in this package reads a kubeconfig.
//
// Files are not read through cli-runtime's resource builder. It builds every
// object as a map of all its fields, fetches URLs, needs a kubeconfig's loader to
// be constructed, cuts YAML into documents by text (what follows a "--- # comment"
// is lost without a word) and does not know the line of a wrong field. Here the
// YAML parser that Kubernetes' own tools are built on (go.yaml.in/yaml/v3) finds
// the documents, the duplicates and the lines; its tree becomes JSON as kubectl
// would write it, aliases being expanded only so far; JSON itself streams.
package source
