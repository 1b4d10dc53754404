// Command logs writes with log and log/slog, in every way: before a request,
// while one is served, and after it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
)

func main() {
	slog.SetLogLoggerLevel(slog.LevelInfo)
	log.SetOutput(os.Stdout)
	defaultHandler := slog.Default()
	section := func(name string, ctx context.Context) {
		fmt.Println("==", name)
		structured(ctx)
		slog.SetDefault(defaultHandler)
		log.SetOutput(os.Stdout)
		log.SetFlags(log.LstdFlags | log.Lshortfile)
		unstructured(ctx)
	}
	section("outside", context.Background())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		section("inside", r.Context())
		done := make(chan bool)
		go func() {
			defer close(done)
			slog.New(handler(os.Stdout, true)).Info("from a goroutine")
		}()
		<-done
	}))
	defer server.Close()
	resp, err := http.Get(server.URL)
	if err != nil {
		panic(err)
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	section("after", context.Background())
}

// handler is one of slog's, whose lines are the same each time but for the ids.
func handler(w io.Writer, json bool) slog.Handler {
	opts := &slog.HandlerOptions{AddSource: true, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		switch {
		case a.Key == slog.TimeKey && groups == nil:
			return slog.Attr{}
		case a.Key == slog.SourceKey && groups == nil:
			return slog.Int("line", a.Value.Any().(*slog.Source).Line)
		}
		return a
	}}
	if json {
		return slog.NewJSONHandler(w, opts)
	}
	return slog.NewTextHandler(w, opts)
}

func structured(ctx context.Context) {
	for _, json := range []bool{true, false} {
		l := slog.New(handler(os.Stdout, json))
		l.Info("message", "a", 1, "error", errors.New("broken"))
		l.InfoContext(ctx, "context")
		l.With("with", true).WithGroup("group").LogAttrs(ctx, slog.LevelWarn, "group", slog.Group("inner", "b", 2))
		l.Debug("not wanted")
		l.Info("own ids", "trace_id", "mine")
		slog.New(wrapper{handler(os.Stdout, json), "wrapped"}).ErrorContext(ctx, "wrapper")
		slog.New(fanOut{handler(os.Stdout, json), wrapper{handler(os.Stdout, !json), "k"}}).WithGroup("g").Info("fan-out", "a", 1)
	}
	plain := slog.New(slog.NewJSONHandler(untimed{os.Stdout}, nil))
	plain.Info("no options", "a", 1)
	slog.Info("default handler", "a", 1)
	slog.With("w", 1).WithGroup("g").Warn("default handler, group", "a", 1)

	slog.SetDefault(slog.New(handler(os.Stdout, true)))
	log.Print("a line becomes a record")
	slog.NewLogLogger(handler(os.Stdout, false), slog.LevelError).Print("another")
}

func unstructured(ctx context.Context) {
	log.Print("standard")
	log.Printf("format %d\n", 1)
	log.Println(`{"json": true}`)
	log.Output(1, "position")
	log.New(os.Stdout, "prefix ", log.Ltime|log.Lmsgprefix|log.Llongfile).Print("prefix")
	log.New(os.Stdout, "prefix ", log.Ldate).Print("two\nlines")
	log.New(os.Stdout, "", 0).Print("parsed by somebody")
	var b writes
	l := log.New(&b, "", log.LstdFlags)
	for range 3 {
		l.Print("counted")
	}
	fmt.Println("writes:", int(b))
}

type writes int

func (w *writes) Write(b []byte) (int, error) { *w++; return len(b), nil }

// untimed takes the time out of a line of JSON.
type untimed struct{ io.Writer }

func (u untimed) Write(b []byte) (int, error) {
	const time = `{"time":"`
	for i := len(time); i < len(b); i++ {
		if b[i] == '"' {
			u.Writer.Write([]byte("{"))
			u.Writer.Write(b[i+2:])
			break
		}
	}
	return len(b), nil
}

type wrapper struct {
	slog.Handler
	key string
}

func (w wrapper) Handle(ctx context.Context, r slog.Record) error {
	r = r.Clone()
	r.AddAttrs(slog.Int(w.key, r.NumAttrs()))
	return w.Handler.Handle(ctx, r)
}

func (w wrapper) WithAttrs(as []slog.Attr) slog.Handler {
	return wrapper{w.Handler.WithAttrs(as), w.key}
}
func (w wrapper) WithGroup(name string) slog.Handler {
	return wrapper{w.Handler.WithGroup(name), w.key}
}

type fanOut [2]slog.Handler

func (f fanOut) Enabled(context.Context, slog.Level) bool { return true }

func (f fanOut) Handle(ctx context.Context, r slog.Record) error {
	return errors.Join(f[0].Handle(ctx, r.Clone()), f[1].Handle(ctx, r.Clone()))
}

func (f fanOut) WithAttrs(as []slog.Attr) slog.Handler {
	return fanOut{f[0].WithAttrs(as), f[1].WithAttrs(as)}
}

func (f fanOut) WithGroup(name string) slog.Handler {
	return fanOut{f[0].WithGroup(name), f[1].WithGroup(name)}
}
