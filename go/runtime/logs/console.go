package logs

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"unsafe"

	"go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/logvalue"
)

// console writes records as people read them, a line for each:
//
//	15:04:05.000 WARN  disk is nearly full  free=12 disk=sda  trace 4bf92f35…
func console(_ context.Context, records []sdklog.Record) error {
	var b bytes.Buffer
	for i := range records {
		writeLine(&b, &records[i])
	}
	_, err := os.Stderr.Write(b.Bytes())
	return err
}

func writeLine(b *bytes.Buffer, r *sdklog.Record) {
	at := r.Timestamp()
	if at.IsZero() {
		at = r.ObservedTimestamp()
	}
	b.WriteString(at.Format("15:04:05.000 "))
	level := r.SeverityText()
	if level == "" {
		level = r.Severity().String()
	}
	fmt.Fprintf(b, "%-5s %s", line(level), line(textOf(logvalue.Body(r))))
	space := "  "
	logvalue.Walk(r, func(a hook.LogAttr) {
		b.WriteString(space + line(a.Key) + "=" + line(textOf(a.Value)))
		space = " "
	})
	if id := r.TraceID(); id.IsValid() {
		b.WriteString("  trace " + id.String())
	}
	b.WriteByte('\n')
}

// textOf is a value as people read it.
func textOf(v hook.LogValue) string {
	switch v.Kind() {
	case hook.LogKindString:
		return v.String()
	case hook.LogKindInt:
		return strconv.FormatInt(v.Int(), 10)
	case hook.LogKindFloat:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case hook.LogKindBool:
		return strconv.FormatBool(v.Bool())
	case hook.LogKindBytes:
		return fmt.Sprint(v.Bytes())
	case hook.LogKindList:
		list := make([]string, len(v.List()))
		for i, x := range v.List() {
			list[i] = textOf(x)
		}
		return fmt.Sprint(list)
	case hook.LogKindMap:
		list := make([]string, len(v.Map()))
		for i, a := range v.Map() {
			list[i] = a.Key + ":" + textOf(a.Value)
		}
		return fmt.Sprint(list)
	}
	return "<nil>"
}

// line makes text fit for a line.
func line(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, text)
}

// sameProvider compares the words of two interfaces. To compare what they hold could
// panic: a provider may be a struct that cannot be compared.
func sameProvider(a, b log.LoggerProvider) bool {
	return *(*[2]unsafe.Pointer)(unsafe.Pointer(&a)) == *(*[2]unsafe.Pointer)(unsafe.Pointer(&b))
}
