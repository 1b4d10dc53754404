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
		f = findSentFields(reflect.TypeOf(sent))
		sentAs.Store(f)
	}
	if !f.known {
		return
	}
	if !sendSeen.Load() {
		sendSeen.Store(true)
	}
	at := (*[2]unsafe.Pointer)(unsafe.Pointer(&sent))[1]
	req := *(**http.Request)(unsafe.Add(at, f.request))
	ctx := req.Context()
	if _, ok := ctx.(*clientContext); ok {
		return // has them
	}
	if held := spanIn(ctx); hook.Recorded(held) || !unnamed(req.Header) || !traced(ctx, held, req) {
		return
	}
	extra := (*http.Header)(unsafe.Add(at, f.extra))
	if *extra == nil {
		*extra = http.Header{}
	}
	client.Inject(ctx, headers(*extra))
}

// sendSeen says that SendEnter is called, and knows what it is called with.
var sendSeen atomic.Bool

// sendAdds says whether SendEnter will add what is propagated of the span that the request's context
// holds, which is not recorded: if the request goes over HTTP/1 for sure, through nobody who would make a
// span of it again.
func sendAdds(t *http.Transport, req *http.Request) bool {
	if t == nil || !sendSeen.Load() || req.URL.Scheme != "http" || !unnamed(req.Header) {
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
	return len(h) == 0 || len(h["Traceparent"]) == 0 && len(h["Tracestate"]) == 0 && len(h["Baggage"]) == 0
}

// sentFields is where the transport keeps of a request what it sends.
type sentFields struct {
	request, extra uintptr
	known          bool
}

// sentAs are those of what SendEnter is called with, which is of one type.
var sentAs atomic.Pointer[sentFields]

func findSentFields(t reflect.Type) *sentFields {
	request, ok := fieldOrNone(t, "Request", reflect.TypeFor[*http.Request]()).At()
	extra, known := fieldOrNone(t, "extra", reflect.TypeFor[http.Header]()).At()
	return &sentFields{request, extra, ok && known}
}
