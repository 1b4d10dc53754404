package redisconv

import (
	"context"
	"net"
	"net/netip"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"otel.tool/runtime/hook"
)

// Released tells the span in ctx, if it is ours, which connection was used for it: the
// last one stays. conn is a *pool.Conn.
func (l *Library[C]) Released(ctx context.Context, conn any) {
	if l.Tells(ctx) {
		l.Used(ctx, conn)
	}
}

// Tells says whether the span in ctx wants to know which connection was used for it.
func (l *Library[C]) Tells(ctx context.Context) (tells bool) {
	if l.recorded.Load() == 0 {
		return false
	}
	defer hook.Guard()
	return ctx != nil && hook.SpanOf(ctx, trace.SpanKindClient, l.scope)
}

// Used is Released for a span that wants to know.
func (l *Library[C]) Used(ctx context.Context, conn any) {
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
