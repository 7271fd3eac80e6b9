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
// be constructed, loses what follows a "--- # comment" without a word, and does not
// know the line of a wrong field. Here documents are read one at a time: JSON as a
// stream, YAML by the parser that Kubernetes' own tools are built on
// (go.yaml.in/yaml/v3), which knows the lines; its tree becomes JSON as kubectl would
// write it, aliases being expanded only so far.
//
// What is not Kargo's is skipped and counted. What may be Kargo's and cannot be read is
// an error, so that a folder of anything can be given, and nothing is lost in it.
package source
