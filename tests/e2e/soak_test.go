package e2e

import (
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

var soakRequests = flag.Int("soak", 50_000, "how many requests the soak test has answered")

// perWork is the requests that a request for /work makes, itself included.
const perWork = 7

// TestSoak: however many requests a program answers, it has no more goroutines and
// holds no more memory than before, and no span has got a parent that is not its own.
// All signals are on.
func TestSoak(t *testing.T) {
	c := &soakCollector{}
	s := httptest.NewServer(c)
	t.Cleanup(s.Close)
	a := newApp(t, "soak")
	a.env = append(a.env, "OTEL_GO_SIGNALS=all")
	addr := freeAddr(t)
	p := start(t, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + s.URL, "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "OTEL_LOGS_EXPORTER=otlp",
		"OTEL_METRIC_EXPORT_INTERVAL=1000", "OTEL_BSP_SCHEDULE_DELAY=100", "OTEL_BLRP_SCHEDULE_DELAY=100", "OTEL_BSP_MAX_QUEUE_SIZE=8192", "OTEL_BLRP_MAX_QUEUE_SIZE=8192", "OTEL_GO_EXCLUDE=/stats"}, a.woven(), addr)
	p.listening(addr)

	soakGet(t, addr, "first") // by itself: its workers are its own while it lasts
	const stages = 10
	begun, answered := time.Now(), 0
	var first, last soakStats
	for stage := range stages {
		n := *soakRequests / perWork / stages
		soakLoad(t, addr, answered, n)
		answered += n
		last = soakRead(t, addr)
		t.Logf("%8d requests: %+v", answered*perWork, last)
		if stage == 1 { // what is made once has been
			first = last
		}
	}
	t.Logf("in %v", time.Since(begun).Round(time.Second))
	if last.Goroutines > first.Goroutines {
		t.Errorf("%d goroutines, and %d before", last.Goroutines, first.Goroutines)
	}
	const slack = 1 << 20
	if last.Heap > first.Heap+slack || last.Stacks > first.Stacks+slack {
		t.Errorf("heap and stacks: %+v, before %+v", last, first)
	}
	if r := p.stop(); r.err != "" {
		t.Logf("said %q", r.err)
	}
	c.check(t, answered)
}

type soakStats struct{ Goroutines, Heap, Stacks uint64 }

// soakLoad sends n requests, with ids from first on.
func soakLoad(t *testing.T, addr string, first, n int) {
	t.Helper()
	defer soakClient.CloseIdleConnections()
	ids := make(chan int)
	var wg sync.WaitGroup
	for range 16 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for id := range ids {
				soakGet(t, addr, strconv.Itoa(id))
			}
		}()
	}
	for id := first; id < first+n && !t.Failed(); id++ {
		ids <- id
	}
	close(ids)
	wg.Wait()
}

var soakClient = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}

func soakGet(t *testing.T, addr, id string) {
	t.Helper()
	resp, err := soakClient.Get("http://" + addr + "/work/" + id)
	if err != nil {
		t.Error(err)
		return
	}
	defer resp.Body.Close()
	if b, err := io.ReadAll(resp.Body); string(b) != "work\n" || err != nil {
		t.Errorf("answer %q, %v", b, err)
	}
}

func soakRead(t *testing.T, addr string) (s soakStats) {
	t.Helper()
	resp, err := soakClient.Get("http://" + addr + "/stats")
	if err != nil {
		t.Fatal(err)
	}
	defer soakClient.CloseIdleConnections()
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

// soakSpan is a span by its ids.
type soakSpan struct {
	trace pcommon.TraceID
	span  pcommon.SpanID
}

// soakCall is what was made of a request: a call or a log record.
type soakCall struct {
	id, way string
	parent  soakSpan
}

// soakCollector takes all signals, and keeps of them who is whose child.
type soakCollector struct {
	mu    sync.Mutex
	works map[string]soakSpan // by the request's id
	calls []soakCall
}

func (c *soakCollector) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	switch r.URL.Path {
	case "/v1/traces":
		req := ptraceotlp.NewExportRequest()
		if req.UnmarshalProto(body) == nil {
			c.spans(req.Traces())
		}
	case "/v1/logs":
		req := plogotlp.NewExportRequest()
		if req.UnmarshalProto(body) == nil {
			c.records(req)
		}
	}
}

func (c *soakCollector) spans(traces ptrace.Traces) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.works == nil {
		c.works = map[string]soakSpan{}
	}
	for _, rs := range traces.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				switch s.Kind() {
				case ptrace.SpanKindServer:
					path, _ := s.Attributes().Get("url.path")
					if id, ok := strings.CutPrefix(path.Str(), "/work/"); ok {
						c.works[id] = soakSpan{s.TraceID(), s.SpanID()}
					}
				case ptrace.SpanKindClient:
					full, _ := s.Attributes().Get("url.full")
					if u, err := url.Parse(full.Str()); err == nil {
						id, way, _ := strings.Cut(strings.TrimPrefix(u.Path, "/leaf/"), "/")
						c.calls = append(c.calls, soakCall{id, way, soakSpan{s.TraceID(), s.ParentSpanID()}})
					}
				}
			}
		}
	}
}

func (c *soakCollector) records(req plogotlp.ExportRequest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, rl := range req.Logs().ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, r := range sl.LogRecords().All() {
				id, _ := r.Attributes().Get("id")
				c.calls = append(c.calls, soakCall{id.Str(), "log", soakSpan{r.TraceID(), r.SpanID()}})
			}
		}
	}
}

// soakWays says for each way of calling whether it is the request's child always,
// never, or for as long as that lasts.
var soakWays = map[string]struct{ child, root bool }{
	"direct": {child: true}, "goroutine": {child: true}, "context": {child: true}, "log": {child: true},
	"worker": {root: true}, "timer": {root: true},
	"detached": {child: true, root: true},
}

// check looks at every call whose request has arrived, too.
func (c *soakCollector) check(t *testing.T, works int) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	checked, wrong := map[string]int{}, 0
	for _, call := range c.calls {
		way, known := soakWays[call.way]
		work, arrived := c.works[call.id]
		root, child := call.parent.span.IsEmpty(), call.parent == work
		switch {
		case !known:
			t.Fatalf("a call %q", call.way)
		case !arrived || call.id == "first":
			continue
		case root && way.root, child && way.child:
			checked[call.way]++
			continue
		}
		if wrong++; wrong < 10 {
			t.Errorf("%s of %s: its parent is %s in %s, the request is %s in %s", call.way, call.id, call.parent.span, call.parent.trace, work.span, work.trace)
		}
	}
	t.Logf("%d requests arrived of %d; right: %v; wrong: %d", len(c.works), works, checked, wrong)
	for way := range soakWays {
		if checked[way] < works/2 {
			t.Errorf("only %d of %s could be checked", checked[way], way)
		}
	}
}
