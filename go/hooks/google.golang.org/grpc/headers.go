package grpc

import (
	"context"
	"slices"
	"strings"
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
	return headersEnter(ctx)
}

func fieldsAsTheyAre(f []hpack.HeaderField, err error) ([]hpack.HeaderField, error) { return f, err }

// headersSeen says that HeadersEnter is called. A gRPC to come may have another function for that.
var headersSeen atomic.Bool

// headers is what the hook keeps until createHeaderFields returns. It is used again.
type headers struct {
	call *clientCall
	sent sent

	after func([]hpack.HeaderField, error) ([]hpack.HeaderField, error) // h.add, made once
}

var allHeaders sync.Pool // New is set in init

func newHeaders() any {
	h := new(headers)
	h.after = h.add
	return h
}

func headersEnter(ctx context.Context) (after func([]hpack.HeaderField, error) ([]hpack.HeaderField, error)) {
	after = fieldsAsTheyAre
	defer hook.Guard()
	c := callIn(ctx)
	if c == nil {
		return after // not traced
	}
	if !headersSeen.Load() {
		headersSeen.Store(true)
	}
	h := allHeaders.Get().(*headers)
	h.call = c
	return h.after
}

// add is the after function.
func (h *headers) add(fields []hpack.HeaderField, err error) ([]hpack.HeaderField, error) {
	defer hook.Guard()
	if err == nil {
		h.sent = h.sent[:0]
		client.Inject(h.call, &h.sent)
		fields = h.with(fields)
	}
	h.call = nil
	clear(h.sent)
	allHeaders.Put(h)
	return fields, err
}

// with returns fields with what is sent. Older values of the very keys, from the program's metadata, are
// replaced, unless the span is the program's own: then they are what it has sent for that.
func (h *headers) with(fields []hpack.HeaderField) []hpack.HeaderField {
	if n := len(fields) + len(h.sent)/2; n > cap(fields) {
		fields = append(make([]hpack.HeaderField, 0, n), fields...) // and no more: append would double it
	}
	for i := 0; i < len(h.sent); i += 2 {
		f := fieldOf(h.sent[i], h.sent[i+1])
		switch at := indexOf(fields, f.Name); {
		case at < 0:
			fields = append(fields, f)
		case !h.call.Covered():
			fields[at] = f
			rest := slices.DeleteFunc(fields[at+1:], func(other hpack.HeaderField) bool { return other.Name == f.Name })
			fields = fields[:at+1+len(rest)]
		}
	}
	return fields
}

func indexOf(fields []hpack.HeaderField, name string) int {
	for i := range fields {
		if fields[i].Name == name {
			return i
		}
	}
	return -1
}

// fieldOf returns a header. What is another in each call is nothing for the tables.
func fieldOf(key, value string) hpack.HeaderField {
	return hpack.HeaderField{Name: key, Value: asSent(key, value), Sensitive: key != "baggage" && key != "tracestate"}
}

// sent is what a call propagates, keys and values in turn.
type sent []string

func (c *sent) Get(key string) string {
	for i := 0; i < len(*c); i += 2 {
		if (*c)[i] == key {
			return (*c)[i+1]
		}
	}
	return ""
}

// Set sets a key, once more if it is set already.
func (c *sent) Set(key, value string) {
	key = strings.ToLower(key)
	for i := 0; i < len(*c); i += 2 {
		if (*c)[i] == key {
			(*c)[i+1] = value
			return
		}
	}
	*c = append(*c, key, value)
}

func (c *sent) Keys() (keys []string) {
	for i := 0; i < len(*c); i += 2 {
		keys = append(keys, (*c)[i])
	}
	return keys
}
