// Ownlogs logs in a request by OpenTelemetry's API, through contrib's bridges, and by the standard
// library. It has the API only: who builds it brings an SDK, or nothing is done.
package main

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"

	"go.opentelemetry.io/contrib/bridges/otelslog"
	"go.opentelemetry.io/contrib/bridges/otelzap"
	"go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/log/global"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// Loggers that are there before anything is set up.
var (
	direct  = global.Logger("direct", log.WithInstrumentationVersion("1.2.3"))
	bridged = otelslog.NewLogger("bridged")
	plain   = slog.New(slog.NewTextHandler(io.Discard, nil))
)

func main() {
	s := httptest.NewServer(http.HandlerFunc(serve))
	defer s.Close()
	res, err := http.Get(s.URL)
	if err != nil {
		panic(err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		panic(err)
	}
}

func serve(_ http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	trace.SpanFromContext(ctx).AddEvent("served")
	var rec log.Record
	rec.SetEventName("directly")
	rec.SetSeverity(log.SeverityWarn)
	direct.Emit(ctx, rec)
	bridged.InfoContext(ctx, "by otelslog", "text", "x", "int", -7, "float", 0.5, "bool", true, "bytes", []byte("bytes"),
		slog.Group("group", "inner", false), "list", []string{"y", "z"}, "map", map[string]int{"k": 1})
	zap.New(otelzap.NewCore("zapped")).Error("by otelzap", zap.Any("ctx", ctx), zap.Int("int", -7), zap.Strings("list", []string{"y", "z"}))
	file := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(io.Discard), zap.InfoLevel)
	zap.New(zapcore.NewTee(file, otelzap.NewCore("both"))).Info("by otelzap and to a file", zap.Any("ctx", ctx))
	plain.WarnContext(ctx, "by slog", "text", "x", "bytes", []byte("bytes"), slog.Group("group", "inner", false), "list", []string{"y", "z"})
	plain.Info("without a context")
}
