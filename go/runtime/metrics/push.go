package metrics

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/batch"
	"otel.tool/runtime/internal/config"
	"otel.tool/runtime/internal/exit"
	"otel.tool/runtime/internal/followmeter"
	"otel.tool/runtime/internal/gctx"
	"otel.tool/runtime/internal/otlp"
	"otel.tool/runtime/internal/points"
	"otel.tool/runtime/internal/report"
)

// exporter sends what has been collected.
type exporter interface {
	Export(context.Context, *metricdata.ResourceMetrics) error
}

// pusher collects and exports at intervals. It is the SDK's periodic reader but
// for two things: a timer waits, not a goroutine, and a flush can hurry an export
// that is under way.
type pusher struct {
	reader            *sdkmetric.ManualReader
	exporter          exporter
	interval, timeout time.Duration
	target            string
	limited           *report.Limited
	asked             asked

	turn  chan struct{} // held by who collects and exports
	rm    metricdata.ResourceMetrics
	sent  bool // something has been
	fails int  // exports that failed
	told  int  // those that the user has been told of

	lastErr error // of the last that failed

	self     bool // OTEL_GO_SELF_METRICS: data points are counted
	countsMu sync.Mutex
	counts   batch.Counts
}

func newPusher(out config.MetricOutput, reader *sdkmetric.ManualReader, e exporter, target string, limited *report.Limited) *pusher {
	p := &pusher{
		reader: reader, exporter: e, interval: out.Interval, timeout: out.Timeout,
		target: target, limited: limited, asked: asked{true, true}, turn: make(chan struct{}, 1),
	}
	exit.AtLast(p.tellRest)
	return p
}

// begin pushes at each interval for as long as the provider is ours. first is called before
// the first push, and maybe after.
func (p *pusher) begin(follow *followmeter.Provider, first func()) {
	var timer *time.Timer
	tick := func() {
		if !follow.Ours() {
			follow.Refresh()
			return
		}
		first()
		ctx, cancel := context.WithTimeout(context.Background(), p.timeout)
		defer cancel()
		begun := time.Now()
		p.push(ctx)
		timer.Reset(max(p.interval-time.Since(begun), p.interval/10))
	}
	timer = time.AfterFunc(time.Hour, func() { gctx.Without(tick) })
	timer.Reset(p.interval) // timer is set now
}

// push collects and exports, when it is its turn before ctx ends.
func (p *pusher) push(ctx context.Context) {
	select {
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		return
	}
	defer func() { <-p.turn }()
	if err := p.export(ctx); err != nil {
		p.fails++
		p.lastErr = err
		p.failed()
		return
	}
	p.sent = true
}

// asked is what whoever runs the program has asked for by name. A program sends metrics by
// default; that nobody takes them is no news to who has not asked for any.
type asked struct {
	metrics  bool // any of their variables, or a configuration file
	receiver bool // any that says where to send what there is
}

func askedBy(set []string) (a asked) {
	for _, name := range set {
		if strings.Contains(name, "METRIC") || name == "OTEL_CONFIG_FILE" {
			return asked{true, true}
		}
		a.receiver = a.receiver || name == "OTEL_EXPORTER_OTLP_ENDPOINT"
	}
	return a
}

// level is that of a line about exports that failed.
func (p *pusher) level() report.Level {
	if otlp.Unserved(p.lastErr) && !p.asked.metrics || !p.asked.receiver {
		return report.Info
	}
	return report.Error
}

// failed tells of exports that failed, a line a minute. It is p's turn.
func (p *pusher) failed() {
	switch {
	case !report.On(p.level()):
		p.told = p.fails
	case otlp.Unserved(p.lastErr):
		p.told = p.fails
		report.OnceAt(p.level(), "%s takes no metrics: %v; OTEL_METRICS_EXPORTER=none turns them off", p.target, p.lastErr)
	case p.limited.Ready():
		p.tell("so far")
	}
}

// tell tells of the exports that failed. It is p's turn.
func (p *pusher) tell(when string) {
	p.told = p.fails
	report.Line(p.level(), "cannot send metrics to %s: %v; %d times %s", p.target, p.lastErr, p.fails, when)
}

// tellRest tells, when the program ends, of exports that failed if no line has: sums and
// histograms go on from one export to the next, so one more that failed is no news.
func (p *pusher) tellRest() {
	select {
	case p.turn <- struct{}{}:
	default: // one is under way still
		return
	}
	defer func() { <-p.turn }()
	if p.fails > 0 && p.told == 0 {
		p.tell("in all")
	}
}

// export makes a panic an error: a fault of ours must not end the program.
func (p *pusher) export(ctx context.Context) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("fault of the exporter: %v", fault)
		}
	}()
	// What can be collected is, where a callback of the program's fails.
	collectErr := collectScopes(ctx, p.reader, &p.rm)
	if !p.sent && onlyOurs(&p.rm) && ctx.Value(atEnd{}) != nil {
		return nil
	}
	if len(p.rm.ScopeMetrics) == 0 {
		return collectErr
	}
	begun := time.Now()
	if p.self {
		n := dataPoints(&p.rm)
		p.count(n, nil, false)
		defer func() { p.count(n, err, true) }()
	}
	err = p.exporter.Export(ctx, &p.rm)
	report.Sent(count(&p.rm), "metrics", p.target, begun, err)
	return err
}

// count counts n data points that are to be exported, or have been, or not.
func (p *pusher) count(n int, err error, done bool) {
	p.countsMu.Lock()
	defer p.countsMu.Unlock()
	if !done {
		p.counts.Exporting = n
		return
	}
	p.counts.Exporting = 0
	if err == nil {
		p.counts.Exported += n
		return
	}
	if p.counts.Failed == nil {
		p.counts.Failed = map[string]int{}
	}
	p.counts.Failed[hook.ErrorType(err)] += n
}

func (p *pusher) counted() batch.Counts {
	p.countsMu.Lock()
	defer p.countsMu.Unlock()
	c := p.counts
	c.What, c.Failed = "data points", maps.Clone(c.Failed)
	return c
}

// dataPoints returns how many points the metrics have.
func dataPoints(rm *metricdata.ResourceMetrics) (n int) {
	for i := range rm.ScopeMetrics {
		for j := range rm.ScopeMetrics[i].Metrics {
			points.Each(rm.ScopeMetrics[i].Metrics[j].Data, func(*points.Point) { n++ })
		}
	}
	return n
}

// count returns how many metrics there are.
func count(rm *metricdata.ResourceMetrics) (n int) {
	for i := range rm.ScopeMetrics {
		n += len(rm.ScopeMetrics[i].Metrics)
	}
	return n
}

// atEnd marks the context of a flush at the program's end.
type atEnd struct{}

// flush pushes now. What is known of a program that has not lived for an interval,
// and that measures nothing, is not worth holding it up.
func (p *pusher) flush(ctx context.Context) {
	if h, ok := p.exporter.(interface{ Hurry() func() }); ok {
		defer h.Hurry()()
	}
	p.push(context.WithValue(ctx, atEnd{}, true))
}

// onlyOurs says whether there is nothing but what is measured here.
func onlyOurs(rm *metricdata.ResourceMetrics) bool {
	for i := range rm.ScopeMetrics {
		if rm.ScopeMetrics[i].Scope.Name != scope {
			return false
		}
	}
	return true
}
