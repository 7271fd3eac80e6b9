//go:build !unix

package graph_test

import (
	"testing"
	"time"
)

// processorTime is the time of the clock, where no other is to be had.
func processorTime(*testing.T) time.Duration { return time.Duration(time.Now().UnixNano()) }
