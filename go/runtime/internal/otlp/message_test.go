package otlp

import (
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"

	"otel.tool/runtime/internal/wire"
)

// A short text is written as a long one is: lengths around that where one byte is not enough.
func TestAppendAttr(t *testing.T) {
	for _, key := range []string{"", "k", strings.Repeat("k", 120), "k\xff"} {
		for n := range 300 {
			for _, text := range []string{strings.Repeat("x", n), strings.Repeat("ü", n/2), strings.Repeat("x", n) + "\xff"} {
				for _, field := range []int{1, 9, 16} {
					var got, want wire.Writer
					AppendAttr(&got, field, attribute.String(key, text))
					m := want.Open(field)
					want.String(1, key)
					v := want.Open(2)
					want.String(1, text)
					want.Close(v)
					want.Close(m)
					if string(got.B) != string(want.B) {
						t.Fatalf("field %d, %q, %q:\n%x\nwant\n%x", field, key, text, got.B, want.B)
					}
				}
			}
		}
	}
}
