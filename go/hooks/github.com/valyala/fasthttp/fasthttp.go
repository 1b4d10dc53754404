// Package fasthttp holds the hooks of github.com/valyala/fasthttp: a SERVER span for
// each request that a Server hands to its handler and a CLIENT span for each time that
// a HostClient or a PipelineClient sends one, by the stable semantic conventions for HTTP
// (https://opentelemetry.io/docs/specs/semconv/http/http-spans/, 1.37).
//
// fasthttp uses requests, their contexts and their bytes again: nothing of them is kept
// after the handler or the call, and every text is copied.
//
// The rules are in otel.yaml, what is recorded and the options in README.md.
package fasthttp

import (
	"errors"
	"io"
	"net"
	"net/textproto"
	"strings"
	"unsafe"

	"github.com/valyala/fasthttp"

	"otel.tool/runtime/hook"
	"otel.tool/runtime/hook/httpconv"
)

const (
	scope   = "otel.tool/hooks/github.com/valyala/fasthttp"
	version = "0.1.0"
)

var (
	server httpconv.Server
	client httpconv.Client
)

func init() {
	serverCalls.New, clientCalls.New, sends.New = newServerCall, newClientCall, newSend
	server.Register("github.com/valyala/fasthttp/server", scope, version)
	client.Register("github.com/valyala/fasthttp/client", scope, version)
}

// carrier is a request's headers as propagators see them.
type carrier struct {
	h *fasthttp.RequestHeader

	// What Set has replaced, to be put back.
	was  [4]header
	used int
}

type header struct {
	name, value string
	there       bool
}

// Get returns a header's value. Where names are not normalized, it is looked for in the
// usual spellings.
func (c *carrier) Get(name string) string {
	v := c.h.Peek(name)
	if v == nil {
		v = c.h.Peek(textproto.CanonicalMIMEHeaderKey(name))
	}
	return string(v)
}

// Values are those of all headers of that name.
func (c *carrier) Values(name string) []string {
	all := c.h.PeekAll(name)
	if len(all) == 0 {
		all = c.h.PeekAll(textproto.CanonicalMIMEHeaderKey(name))
	}
	values := make([]string, len(all))
	for i, v := range all {
		values[i] = string(v)
	}
	return values
}

// Set sets a header, until restore. What cannot be put back is not set.
func (c *carrier) Set(name, value string) {
	if c.used == len(c.was) {
		return
	}
	v := c.h.Peek(name)
	c.was[c.used] = header{name, string(v), v != nil}
	c.used++
	c.h.Set(name, value)
}

// restore puts back what was there before Set.
func (c *carrier) restore() {
	for ; c.used > 0; c.used-- {
		was := &c.was[c.used-1]
		if was.there {
			c.h.Set(was.name, was.value)
		} else {
			c.h.Del(was.name)
		}
		*was = header{}
	}
}

// Keys are the names of all headers.
func (c *carrier) Keys() []string {
	all := c.h.PeekKeys()
	keys := make([]string, len(all))
	for i, k := range all {
		keys[i] = string(k)
	}
	return keys
}

// view is b as a text that must not be kept.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// knownErrors are errors that say what they are by being what they are.
var knownErrors = []struct {
	err  error
	name string
}{
	{io.ErrUnexpectedEOF, "io.ErrUnexpectedEOF"},
	{io.EOF, "io.EOF"}, // fasthttp tells the program ErrConnectionClosed
	{fasthttp.ErrNoFreeConns, "fasthttp.ErrNoFreeConns"},
	{fasthttp.ErrConnectionClosed, "fasthttp.ErrConnectionClosed"},
	{fasthttp.ErrBodyTooLarge, "fasthttp.ErrBodyTooLarge"},
	{fasthttp.ErrDialTimeout, "timeout"},
	{fasthttp.ErrTLSHandshakeTimeout, "timeout"},
	{fasthttp.ErrPipelineOverflow, "fasthttp.ErrPipelineOverflow"},
	{fasthttp.ErrHostClientRedirectToDifferentScheme, "fasthttp.ErrHostClientRedirectToDifferentScheme"},
}

// errorType is error.type: few values, whatever happens. message is what may be told of
// the error: what has happened, and where; other errors hold what has been received.
func errorType(err error) (name, message string) {
	var timeout interface{ Timeout() bool }
	if errors.As(err, &timeout) && timeout.Timeout() {
		return "timeout", "timeout"
	}
	for _, known := range knownErrors {
		if errors.Is(err, known.err) {
			return known.name, known.err.Error()
		}
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return hook.ErrorType(op), op.Error()
	}
	return hook.ErrorType(err), ""
}

// responseVersion is network.protocol.version of what a server has answered.
func responseVersion(resp *fasthttp.Response) string {
	if resp.Header.IsHTTP11() {
		return "1.1"
	}
	return "1.0"
}

// requestVersion is network.protocol.version of what a client has sent; "" if it is none
// that exists.
func requestVersion(h *fasthttp.RequestHeader) string {
	if h.IsHTTP11() {
		return "1.1"
	}
	switch strings.TrimPrefix(string(h.Protocol()), "HTTP/") {
	case "1.0":
		return "1.0"
	case "2", "2.0":
		return "2"
	}
	return ""
}
