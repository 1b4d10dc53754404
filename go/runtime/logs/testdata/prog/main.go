// Command prog logs, as a hook would, and as its argument says.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	otellog "go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/log/global"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/internal/logvalue"
	_ "otel.tool/runtime/logs"
)

// printer is an exporter of the program's own.
type printer struct{}

func (printer) Export(_ context.Context, records []sdklog.Record) error {
	for _, r := range records {
		fmt.Println("own:", r.Body().AsString())
	}
	return nil
}

func (printer) Shutdown(context.Context) error   { return nil }
func (printer) ForceFlush(context.Context) error { return nil }

func main() {
	fmt.Println("exports", hook.ExportsLogs())
	switch os.Args[1] {
	case "own":
		global.SetLoggerProvider(sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewSimpleProcessor(printer{}))))
	case "fatal":
		defer log.Fatal("as it is")
	case "api":
		var r otellog.Record
		logvalue.Fill(&r, "by the API", nil) // SetBody's parameter depends on the version
		global.Logger("lib").Emit(context.Background(), r)
		return
	}
	ctx := trace.ContextWithSpanContext(context.Background(),
		trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{0xab, 15: 1}, SpanID: trace.SpanID{7: 2}, TraceFlags: trace.FlagsSampled}))
	b := []byte("bytes")
	hook.EmitLog(&hook.LogRecord{
		Context: ctx, Time: time.Unix(1700000000, 5), Severity: 13, Level: "WARN", Body: "disk is nearly full",
		Instrumentation: "log/slog", Version: "0.1.0",
		Attrs: []hook.LogAttr{
			{Key: "text", Value: hook.LogString("x")}, {Key: "int", Value: hook.LogInt(-7)}, {Key: "float", Value: hook.LogFloat(0.5)},
			{Key: "bool", Value: hook.LogBool(true)}, {Key: "bytes", Value: hook.LogBytes(b)}, {Key: "empty"},
			{Key: "list", Value: hook.LogList([]hook.LogValue{hook.LogInt(1), hook.LogString("y")})},
			{Key: "group", Value: hook.LogMap([]hook.LogAttr{{Key: "inner", Value: hook.LogBool(false)}})},
		},
	})
	copy(b, "XXXXX") // a hook's memory is its own
}
