// Package term prepares text for a terminal: it sanitizes what comes from outside,
// measures and wraps what a person reads, and colors by meaning.
package term
