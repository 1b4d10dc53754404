// Command loggers writes with zap, zerolog and logrus, before a request and while
// one is served.
package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/rs/zerolog"
	"github.com/sirupsen/logrus"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

func main() {
	section := func(name string, r *http.Request) {
		fmt.Println("==", name)
		withZap()
		withZerolog()
		withLogrus(r)
	}
	section("outside", nil)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { section("inside", r) }))
	defer server.Close()
	resp, err := http.Get(server.URL)
	if err != nil {
		panic(err)
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
}

func withZap() {
	cfg := zap.NewProductionEncoderConfig()
	cfg.TimeKey = ""
	for _, enc := range []zapcore.Encoder{zapcore.NewJSONEncoder(cfg), zapcore.NewConsoleEncoder(cfg)} {
		core := zapcore.NewCore(enc, zapcore.AddSync(os.Stdout), zap.InfoLevel)
		l := zap.New(core, zap.AddCaller(), zap.AddStacktrace(zap.ErrorLevel))
		l.Info("message", zap.Int("a", 1))
		l.Debug("not wanted")
		l.Named("child").With(zap.Bool("w", true)).Error("child", zap.Error(errors.New("broken")))
		l.Sugar().Infow("sugar", "a", 1)
		l.Sugar().Warnf("sugar %d", 2)
		l.With(zap.String("trace_id", "mine")).Info("own ids")
		sampled := zap.New(zapcore.NewSamplerWithOptions(core, 1e9, 1, 100))
		for range 3 {
			sampled.Info("sampled")
		}
		zap.New(zapcore.NewTee(core, core)).Info("tee")
		zap.NewStdLog(l).Print("standard library")
	}
}

func withZerolog() {
	l := zerolog.New(os.Stdout).With().Caller().Logger()
	l.Info().Int("a", 1).Dict("d", zerolog.Dict().Str("e", "f")).Msg("message")
	l.Debug().Msg("debug")
	quiet := l.Level(zerolog.WarnLevel)
	quiet.Info().Msg("not wanted")
	child := l.With().Str("trace_id", "mine").Logger()
	child.Info().Msg("own ids")
	l.Error().Err(errors.New("broken")).Send()
	l.Print("print")
	console := zerolog.New(zerolog.ConsoleWriter{Out: os.Stdout, NoColor: true, PartsOrder: []string{zerolog.LevelFieldName, zerolog.MessageFieldName}})
	console.Warn().Str("k", "v").Msg("console")
}

func withLogrus(r *http.Request) {
	for _, f := range []logrus.Formatter{&logrus.JSONFormatter{DisableTimestamp: true}, &logrus.TextFormatter{DisableTimestamp: true}} {
		l := logrus.New()
		l.Out, l.Formatter = os.Stdout, f
		l.Info("message")
		l.WithField("a", 1).WithError(errors.New("broken")).Error("fields")
		l.WithField("trace_id", "mine").Info("own ids")
		l.Debug("not wanted")
		if r != nil {
			l.WithContext(r.Context()).Warn("context")
		}
		l.SetReportCaller(true)
		l.WithField("time", "x").Info("caller")
	}
}
