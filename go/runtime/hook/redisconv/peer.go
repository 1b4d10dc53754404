package redisconv

import (
	"context"
	"net"
	"net/netip"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

// Records says whether there is a span that may want to know which connection is used for
// it: one load.
func (l *Library) Records() bool { return l.recorded.Load() != 0 }

// Released tells the span in ctx, if it is ours, which connection was used for it: the
// last one stays. conn is a *pool.Conn.
func (l *Library) Released(ctx context.Context, conn any) {
	if l.Records() && l.Tells(ctx) {
		l.Used(ctx, conn)
	}
}

// Tells says whether the span in ctx wants to know which connection was used for it.
func (l *Library) Tells(ctx context.Context) (tells bool) {
	defer hook.Guard()
	return ctx != nil && hook.SpanOf(ctx, trace.SpanKindClient, l.scope)
}

// Used is Released for a span that wants to know.
func (l *Library) Used(ctx context.Context, conn any) {
	defer hook.Guard()
	if c, ok := conn.(interface{ RemoteAddr() net.Addr }); ok {
		if list := peerOf(c.RemoteAddr()); list != nil {
			trace.SpanFromContext(ctx).SetAttributes(list...)
		}
	}
}

// peers are the attributes of those addresses that there were, up to a limit.
var peers = hook.Made[netip.AddrPort, []attribute.KeyValue]{Make: func(p netip.AddrPort) []attribute.KeyValue {
	return []attribute.KeyValue{keyPeerAddress.String(p.Addr().String()), keyPeerPort.Int(int(p.Port()))}
}}

// peerOf returns network.peer.address and network.peer.port.
func peerOf(addr net.Addr) []attribute.KeyValue {
	switch a := addr.(type) {
	case *net.TCPAddr:
		if p := a.AddrPort(); p.IsValid() {
			return peers.Of(netip.AddrPortFrom(p.Addr().Unmap(), p.Port()))
		}
	case *net.UnixAddr:
		if a.Name != "" {
			return []attribute.KeyValue{keyPeerAddress.String(a.Name)}
		}
	}
	return nil
}
