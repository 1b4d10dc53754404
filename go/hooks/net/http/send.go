package http

import (
	"net/http"
	"reflect"
	"sync/atomic"
	"unsafe"

	"otel.tool/runtime/hook"
)

// SendEnter is woven into (*persistConn).roundTrip, which sends a request over HTTP/1, and once more
// each time when that is tried again. It gives the transport the headers that [ClientEnter] has left to
// it, as what it writes beside those of the request: a request that is not recorded is neither copied
// nor are its headers.
func SendEnter(conn, req any) {
	if client.On() {
		sendEnter(conn, req)
	}
}

func sendEnter(conn, sent any) {
	defer hook.Guard()
	if recording.Load() > 0 {
		notePeer(conn, sent)
	}
	f := sentAs.Load()
	if f == nil {
		f = findSentFields(sent)
	}
	if f.known {
		at := (*[2]unsafe.Pointer)(unsafe.Pointer(&sent))[1]
		addHeaders(*(**http.Request)(unsafe.Add(at, f.request)), (*http.Header)(unsafe.Add(at, f.extra)))
	}
}

// addHeaders adds to extra what is propagated of the span that the request's context holds, where
// ClientEnter has left it to us.
func addHeaders(req *http.Request, extra *http.Header) {
	ctx := req.Context()
	if _, ok := ctx.(*clientContext); ok {
		return // has them
	}
	held := spanIn(ctx)
	if hook.Recorded(held) || !unnamed(req.Header) || !traced(ctx, held, req) {
		return
	}
	if *extra == nil {
		*extra = http.Header{}
	}
	client.Inject(ctx, headers(*extra))
}

// sendAdds says whether SendEnter will add what is propagated of the span that the request's context
// holds, which is not recorded: if the request goes over HTTP/1 for sure, through nobody who would make a
// span of it again.
func sendAdds(t *http.Transport, req *http.Request) bool {
	if f := sentAs.Load(); t == nil || f == nil || !f.known || req.URL.Scheme != "http" || !unnamed(req.Header) {
		return false
	}
	if t.Protocols != nil && t.Protocols.UnencryptedHTTP2() {
		return false
	}
	other := (*atomic.Value)(otherProtocols.Of(t))
	if other == nil {
		return false
	}
	if m, _ := other.Load().(map[string]http.RoundTripper); m["http"] != nil {
		return false
	}
	return client.InjectsW3C()
}

// otherProtocols is where a transport keeps what (*Transport).RegisterProtocol was given.
var otherProtocols = fieldOrNone(reflect.TypeFor[*http.Transport](), "altProto", reflect.TypeFor[atomic.Value]())

// unnamed says that h has none of the headers of the W3C, which are then added to them.
func unnamed(h http.Header) bool {
	return len(h) == 0 || !named(h)
}

//go:noinline
func named(h http.Header) bool {
	return len(h["Traceparent"]) > 0 || len(h["Tracestate"]) > 0 || len(h["Baggage"]) > 0
}

// sentFields is where the transport keeps of a request what it sends.
type sentFields struct {
	request, extra uintptr
	known          bool
}

// sentAs are those of what SendEnter is called with, which is of one type; nil until it is.
var sentAs atomic.Pointer[sentFields]

//go:noinline
func findSentFields(sent any) *sentFields {
	t := reflect.TypeOf(sent)
	request, ok := fieldOrNone(t, "Request", reflect.TypeFor[*http.Request]()).At()
	extra, known := fieldOrNone(t, "extra", reflect.TypeFor[http.Header]()).At()
	f := &sentFields{request, extra, ok && known}
	sentAs.Store(f)
	return f
}
