package batch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"otel.tool/runtime/internal/report"
)

// texts keeps what an Encoded exports.
type texts struct {
	mu      sync.Mutex
	batches []string
	gate    chan struct{} // if not nil, each export takes one
	err     error
}

func (s *texts) export(_ context.Context, parts []Part[string]) error {
	if s.gate != nil {
		<-s.gate
	}
	var all []string
	for _, p := range parts {
		if len(p.Bytes) > 0 {
			all = append(all, p.Key+":"+string(p.Bytes))
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.batches = append(s.batches, strings.Join(all, " "))
	return s.err
}

func (s *texts) got() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprintf("%q", s.batches)
}

func TestEncoded(t *testing.T) {
	s := &texts{}
	q := NewEncoded(config(), s.export)
	item := []byte("?")
	add := func(key, text string) {
		for i := range len(text) {
			item[0] = text[i] // it is copied
			q.Add(key, item)
		}
	}
	add("a", "1")
	add("b", "2")
	add("a", "34")
	until(t, "a full batch is not exported", func() bool { return s.got() != "[]" })
	add("c", "5")
	add("a", "6")
	for range 2 {
		if err := q.Flush(t.Context()); err != nil {
			t.Error(err)
		}
	}
	add("b", "789x")
	add("b", "y")
	if err := q.Flush(t.Context()); err != nil {
		t.Error(err)
	}
	if got := s.got(); got != `["a:134 b:2" "c:5 a:6" "b:789x" "b:y"]` && got != `["a:134 b:2" "a:6 c:5" "b:789x" "b:y"]` {
		t.Error(got)
	}
	if c := q.counts(); c.Exported != 11 || c.Waiting != 0 || c.Exporting != 0 || c.Full != 0 {
		t.Errorf("%+v", c)
	}
}

func TestEncodedDelay(t *testing.T) {
	s := &texts{}
	cfg := config()
	cfg.Delay = 10 * time.Millisecond
	q := NewEncoded(cfg, s.export)
	q.Add("a", []byte("1"))
	until(t, "what waits is not exported", func() bool { return s.got() == `["a:1"]` })
}

// What there is no room for is dropped and counted, also where it is not encoded for that.
func TestEncodedBounded(t *testing.T) {
	var out bytes.Buffer
	defer report.SetOutput(report.SetOutput(&out))
	s := &texts{gate: make(chan struct{}), err: errors.New("refused")}
	q := NewEncoded(config(), s.export)
	for i := range 30 {
		if room := q.Room(); room != (i < 10) {
			t.Errorf("%d: room %v", i, room)
		}
		if i < 20 {
			q.Add("a", []byte("1"))
		}
	}
	if full, _ := q.Dropped(); full != 30 {
		t.Errorf("%d dropped", full)
	}
	close(s.gate)
	if err := q.Flush(t.Context()); err != nil {
		t.Error(err)
	}
	if _, failed := q.Dropped(); failed != 10 {
		t.Errorf("%d failed", failed)
	}
	if got := s.got(); got != `["a:1111" "a:1111" "a:11"]` {
		t.Error(got)
	}
}

// In the long run an item is no allocation, pages are used again, and none that was large is kept.
func TestEncodedPages(t *testing.T) {
	cfg := config()
	cfg.MaxQueue, cfg.MaxBatch = 1000, 100
	q := NewEncoded(cfg, func(context.Context, []Part[string]) error { return nil })
	item := make([]byte, 300)
	fill := func() {
		for range 99 {
			q.Add("a", item)
		}
		_ = q.Flush(context.Background())
	}
	fill()
	if n := testing.AllocsPerRun(20, fill); n > 20 {
		t.Errorf("%v allocations for 99 items", n)
	}
	if n := len(q.pages.free); n != 1 {
		t.Errorf("%d pages are kept", n)
	}
	q.Add("b", make([]byte, maxPage+1))
	_ = q.Flush(context.Background())
	if n := len(q.pages.free); n != 0 {
		t.Errorf("%d pages are kept after a large one", n)
	}
}

// Items of many goroutines, while some are exported: each is exported once, and whole.
func TestEncodedConcurrent(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]int{}
	cfg := config()
	cfg.MaxQueue, cfg.MaxBatch = 1<<20, 7
	q := NewEncoded(cfg, func(_ context.Context, parts []Part[string]) error {
		mu.Lock()
		defer mu.Unlock()
		for _, p := range parts {
			for _, one := range strings.Fields(string(p.Bytes)) {
				seen[p.Key+one]++
			}
		}
		return nil
	})
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range 1000 {
				q.Add(fmt.Sprint(i%3), fmt.Appendf(nil, "%d/%d ", g, i))
			}
		}()
	}
	wg.Wait()
	if err := q.Flush(t.Context()); err != nil {
		t.Error(err)
	}
	until(t, "not all are exported", func() bool { return q.counts().Exported == 8000 })
	mu.Lock()
	defer mu.Unlock()
	if len(seen) != 8000 {
		t.Errorf("%d different ones", len(seen))
	}
}
