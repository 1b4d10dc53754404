package report

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

// Each level has the lines of those before it, and unset is warn.
func TestLevels(t *testing.T) {
	defer SetOutput(SetOutput(nil))
	defer SetLevel(SetLevel(None))
	for text, want := range map[string]string{
		"none": "", "ERROR": "e", " warn ": "ew", "info": "ewi", "debug": "ewid", "": "ew", "loud": "ew",
	} {
		var b bytes.Buffer
		SetOutput(&b)
		SetLevel(parse(text))
		for i, s := range []string{"e", "w", "i", "d"} {
			Line(Level(i+1), "%s", s)
		}
		if got := strings.NewReplacer("otel: ", "", "\n", "").Replace(b.String()); got != want {
			t.Errorf("OTEL_LOG_LEVEL=%q writes %q, want %q", text, got, want)
		}
	}
}

func TestSent(t *testing.T) {
	var b bytes.Buffer
	defer SetOutput(SetOutput(&b))
	defer SetLevel(SetLevel(Info))
	Sent(2, "spans", "x", time.Now(), nil)
	if b.Len() > 0 {
		t.Errorf("said at info: %s", &b)
	}
	SetLevel(Debug)
	Sent(2, "spans", "x", time.Now(), errors.New("down"))
	if s := b.String(); !strings.HasPrefix(s, "otel: 2 spans to x in ") || !strings.HasSuffix(s, ": down\n") {
		t.Errorf("said %q", s)
	}
}
