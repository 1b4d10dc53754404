package main

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/stats"
)

// events is a stats handler that notes what it is told.
type events struct {
	side string
	mu   *sync.Mutex
	seen *[]string
}

type tag struct{}

func (e events) note(what string) {
	e.mu.Lock()
	*e.seen = append(*e.seen, e.side+" "+what)
	e.mu.Unlock()
}

func (e events) TagRPC(ctx context.Context, info *stats.RPCTagInfo) context.Context {
	e.note("tag " + info.FullMethodName)
	return context.WithValue(ctx, tag{}, e.side)
}

func (e events) HandleRPC(ctx context.Context, s stats.RPCStats) {
	switch fmt.Sprintf("%T", s) {
	case "*stats.PickerUpdated", "*stats.DelayedPickComplete":
		return // only if the connection was not there yet
	}
	what := fmt.Sprintf("%T tagged %v", s, ctx.Value(tag{}) == e.side)
	if end, ok := s.(*stats.End); ok {
		what += " " + failure(end.Error)
	}
	e.note(what)
}

func (e events) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

func (e events) HandleConn(context.Context, stats.ConnStats) {}

func statsHandlers() {
	var mu sync.Mutex
	var seen []string
	s := serve(grpc.StatsHandler(events{"server", &mu, &seen}))
	cc := s.connect(grpc.WithStatsHandler(events{"client", &mu, &seen}))
	call(context.Background(), cc, "ok")
	call(context.Background(), cc, "fail NOT_FOUND")
	stream(context.Background(), cc, desc.Streams[0], "ok")
	cc.Close()
	s.stop()
	ends := func() int { // a server's may come after all else
		mu.Lock()
		defer mu.Unlock()
		return strings.Count(strings.Join(seen, " "), "*stats.End")
	}
	for i := 0; i < 500 && ends() < 6; i++ {
		time.Sleep(10 * time.Millisecond)
	}
	mu.Lock()
	defer mu.Unlock()
	sort.Strings(seen) // both sides run at once
	show("%s", strings.Join(seen, "\n"))
}
