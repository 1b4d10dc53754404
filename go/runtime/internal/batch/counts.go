package batch

import (
	"maps"
	"net/url"
	"sync"
)

// Counts is what a queue, or what else exports, has done so far.
type Counts struct {
	What     string   // spans, log records or data points
	Exporter string   // otlp_grpc and the like
	Endpoint *url.URL // nil if there is none

	Capacity, Waiting int // of the queue; no capacity: there is none
	Full              int // dropped because the queue was full

	Exporting int            // given to the exporter, which has not done yet
	Exported  int            // done
	Failed    map[string]int // could not be exported, by error.type
}

var (
	countersMu sync.Mutex
	counters   []func() Counts
)

// Count has AllCounts ask f.
func Count(f func() Counts) {
	countersMu.Lock()
	defer countersMu.Unlock()
	counters = append(counters, f)
}

// AllCounts returns the counts of all queues, and of what else Count was given, in the
// order in which they were made.
func AllCounts() (all []Counts) {
	countersMu.Lock()
	defer countersMu.Unlock()
	for _, f := range counters {
		all = append(all, f())
	}
	return all
}

func (q *queue) counts() Counts {
	q.mu.Lock()
	defer q.mu.Unlock()
	return Counts{
		What: q.cfg.What, Exporter: q.cfg.Exporter, Endpoint: q.cfg.Endpoint,
		Capacity: q.cfg.MaxQueue, Waiting: q.waiting, Full: q.full,
		Exporting: q.held - q.waiting, Exported: q.sent, Failed: maps.Clone(q.errors),
	}
}
