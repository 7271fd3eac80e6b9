package report

import (
	"iter"
	"runtime"
)

// ahead is how many results each worker may have ready before they are asked for.
const ahead = 4

// inOrder yields the results for 0 to count-1, in order, which several workers compute at
// the same time. Each worker is made by a call of its own, and used by one goroutine. None
// begins another result after the loop has ended.
func inOrder[T any](count int, worker func() func(int) T) iter.Seq[T] {
	return func(yield func(T) bool) {
		workers := min(runtime.GOMAXPROCS(0), count)
		done := make(chan struct{})
		defer close(done)
		results := make([]chan T, workers)
		for w := range results {
			results[w] = make(chan T, ahead)
			go func() {
				compute := worker()
				for i := w; i < count; i += workers {
					select {
					case results[w] <- compute(i):
					case <-done:
						return
					}
				}
			}()
		}
		for i := range count {
			if !yield(<-results[i%workers]) {
				return
			}
		}
	}
}
