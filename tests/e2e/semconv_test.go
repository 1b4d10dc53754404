package e2e

import (
	"bytes"
	"os"
	"testing"

	"otel.tool/tests/e2e/semconv"
)

// TestSemconvModel: semconv/registry.yaml is what its generator makes of the package in
// which OpenTelemetry publishes the conventions' model; spans.yaml fits.
func TestSemconvModel(t *testing.T) {
	t.Parallel()
	dir, _ := moduleDir(t, semconv.Module, semconv.Sum)
	want, err := semconv.Generate(dir)
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("UPDATE") == "1" {
		if err := os.WriteFile("semconv/registry.yaml", want, 0o644); err != nil {
			t.Fatal(err)
		}
		t.Skip("written; run it again")
	}
	got, err := os.ReadFile("semconv/registry.yaml")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("semconv/registry.yaml, - as it is, + as it is made (UPDATE=1 accepts): %v\n%s", err, diff(string(got), string(want)))
	}
	if _, err := semconv.Load(); err != nil {
		t.Error(err)
	}
}
