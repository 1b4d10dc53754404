package sql

import (
	"context"
	"testing"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/metric"
	sdk "go.opentelemetry.io/otel/sdk/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/hooktest"
)

// Allocations for one operation: the SDK's own, and none of ours. Off is TestOff.
func TestAllocations(t *testing.T) {
	db, _ := openFake(t)
	rows, err := db.DB.Query("rows 1")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	*rowsRelease.of(rows) = func(error) {} // these rows stay open
	const text = "SELECT * FROM t WHERE id = $1"
	exec := func() {
		_, _, leave, after := DBExecEnter(db.DB, bg, text)
		after(nil, nil)
		if leave != nil {
			leave()
		}
	}
	query := func() {
		_, _, leave, after := DBQueryEnter(db.DB, bg, text)
		after(rows, nil)
		if leave != nil {
			leave()
		}
		(*rowsRelease.of(rows))(nil)
	}
	for _, tt := range []struct {
		name        string
		sampler     sdk.Sampler
		metrics     bool
		exec, query float64
	}{
		{"unsampled", sdk.NeverSample(), false, 3, 3},
		{"sampled", sdk.AlwaysSample(), false, 4, 4},
		{"unsampled, with metrics", sdk.NeverSample(), true, 3, 3},
	} {
		hook.Enable(sdk.NewTracerProvider(sdk.WithSampler(tt.sampler)), propagation.TraceContext{})
		if tt.metrics {
			hook.EnableMetrics(metric.NewMeterProvider())
		}
		if n := testing.AllocsPerRun(200, exec); n > tt.exec && !raceEnabled {
			t.Errorf("%s: exec: %v allocations, want at most %v", tt.name, n, tt.exec)
		}
		if n := testing.AllocsPerRun(200, query); n > tt.query && !raceEnabled {
			t.Errorf("%s: query: %v allocations, want at most %v", tt.name, n, tt.query)
		}
		hook.Disable()
	}
}

// executing returns a statement that is carried out.
func executing(t testing.TB) func(context.Context) {
	db, _ := openFake(t)
	return func(ctx context.Context) {
		_, _, leave, after := DBExecEnter(db.DB, ctx, "SELECT * FROM t WHERE id = $1")
		after(nil, nil)
		if leave != nil {
			leave()
		}
	}
}

// What a statement costs in a program without an SDK of its own: its span.
func TestCosts(t *testing.T) {
	if raceEnabled {
		t.Skip("it allocates more under the race detector")
	}
	hooktest.Costs(t, map[string]float64{"sampled": 1, "sampled, with metrics": 1}, executing(t))
}

func BenchmarkExec(b *testing.B) { hooktest.Bench(b, executing(b)) }

func BenchmarkAnalyze(b *testing.B) {
	b.ReportAllocs()
	for range b.N {
		analyze("SELECT o.id, o.total, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.state = 'open' AND o.id IN ($1, $2, $3) ORDER BY o.id LIMIT 10", &postgres)
	}
}
