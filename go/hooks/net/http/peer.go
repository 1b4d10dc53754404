package http

import (
	"context"
	"net"
	"reflect"
	"sync/atomic"

	"otel.tool/runtime/hook"
)

// PeerEnter is woven into what sends a request on a connection of HTTP/2: (*http2ClientConn).roundTrip
// (from Go 1.27 on (*http2.ClientConn).roundTrip), and part of [SendEnter].
// It notes where the connection leads to, for a span that wants to know. A request that is sent
// again has the last one.
func PeerEnter(conn, req any) {
	if client.On() && recording.Load() > 0 {
		notePeer(conn, req)
	}
}

// recording is how many round trips have a span that is recorded.
var recording atomic.Int32

//go:noinline
func notePeer(conn, req any) {
	defer hook.Guard()
	ctx := (*context.Context)(contextsOf.get(req, contextOf).Of(req))
	if ctx == nil || *ctx == nil {
		return
	}
	cc, ok := (*ctx).Value(clientKey{}).(*clientContext)
	if !ok || !cc.recording {
		return
	}
	if c := (*net.Conn)(connections.get(conn, connectionOf).Of(conn)); c != nil && *c != nil {
		cc.peer = (*c).RemoteAddr()
	}
}

// Where connections keep theirs, and requests their context.
var connections, contextsOf byType[hook.Field]

func connectionOf(t reflect.Type) hook.Field {
	for _, name := range []string{"conn", "tconn"} {
		if f, ok := hook.FieldOf(t, name, reflect.TypeFor[net.Conn]()); ok {
			return f
		}
	}
	return hook.Field{}
}

func contextOf(t reflect.Type) hook.Field {
	for _, name := range []string{"ctx", "Context"} {
		if f, ok := hook.FieldOf(t, name, reflect.TypeFor[context.Context]()); ok {
			return f
		}
	}
	return hook.Field{}
}
