package grpc

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/net/http2/hpack"

	"otel.tool/runtime/hook"
)

// HeadersEnter is woven into (*http2Client).createHeaderFields of gRPC's internal/transport, which makes
// the headers of each attempt of a call: after adds what the call propagates. Metadata, which would get
// there too, are made, checked and copied on the way, and then encoded like all others: each value goes
// into the tables that both ends keep of a connection's headers (RFC 7541, section 2.3.2), and soon there
// is nothing else in them.
func HeadersEnter(ctx context.Context) (after func([]hpack.HeaderField, error) ([]hpack.HeaderField, error)) {
	if !client.On() {
		return fieldsAsTheyAre
	}
	h := allHeaders.Get().(*headers)
	h.ctx = ctx // none of this panics
	return h.after
}

func fieldsAsTheyAre(f []hpack.HeaderField, err error) ([]hpack.HeaderField, error) { return f, err }

// headersSeen says that HeadersEnter is called. A gRPC to come may have another function for that.
var headersSeen atomic.Bool

// headers is what the hook keeps until createHeaderFields returns, and the carrier that the propagators
// write to. It is used again.
type headers struct {
	attempt

	after func([]hpack.HeaderField, error) ([]hpack.HeaderField, error) // made once
}

// attempt is that of a call that is made.
type attempt struct {
	ctx    context.Context
	fields []hpack.HeaderField
}

var allHeaders sync.Pool // New is set in init

func newHeaders() any {
	h := new(headers)
	h.after = func(fields []hpack.HeaderField, err error) (sent []hpack.HeaderField, failed error) {
		sent, failed = fields, err
		defer hook.Guard()
		if c := callIn(h.ctx); c != nil && err == nil {
			if !headersSeen.Load() {
				headersSeen.Store(true)
			}
			h.fields = fields
			client.Inject(c, h)
			sent = h.fields
		}
		h.attempt = attempt{}
		allHeaders.Put(h)
		return sent, failed
	}
	return h
}

// Set adds a header.
func (h *headers) Set(key, value string) {
	key = smallName(key)
	fields := h.fields
	for i := range fields {
		if fields[i].Name == key {
			h.replace(i, value)
			return
		}
	}
	n := len(fields)
	if n == cap(fields) {
		fields = make([]hpack.HeaderField, n+1) // and no more: append would double it
		copy(fields, h.fields)
	}
	fields = fields[:n+1]
	setField(&fields[n], key, value)
	h.fields = fields
}

// replace sets a header that is there: an older value, from the program's metadata, of which there may
// be more. If the span is the program's own, that is what it has sent for that, and stays.
//
//go:noinline
func (h *headers) replace(at int, value string) {
	if callIn(h.ctx).Covered() {
		return
	}
	f := &h.fields[at]
	setField(f, f.Name, value)
	rest := slices.DeleteFunc(h.fields[at+1:], func(other hpack.HeaderField) bool { return other.Name == f.Name })
	h.fields = h.fields[:at+1+len(rest)]
}

// setField sets f. What is another in each call is nothing for the tables, but for its name: so a value gets
// there now and then.
func setField(f *hpack.HeaderField, key, value string) {
	f.Name, f.Value, f.Sensitive = key, asSent(key, value), key != "baggage" && key != "tracestate" && !rare(value)
}

// rare says of one in some hundred of ids in hexadecimal, with flags behind them, that it is one.
func rare(value string) bool {
	n := len(value)
	return n > 5 && value[n-5:n-3] == "00" // the end of a traceparent's span id
}

func (h *headers) Get(key string) string {
	key = smallName(key)
	for _, f := range h.fields {
		if f.Name == key {
			return f.Value
		}
	}
	return ""
}

func (h *headers) Keys() (keys []string) {
	for _, f := range h.fields {
		keys = append(keys, f.Name)
	}
	return keys
}
