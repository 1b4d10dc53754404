package otlp

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"otel.tool/runtime/internal/wire"
)

// One unary call, by gRPC over HTTP/2
// (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md): a POST whose
// body is one length-prefixed message, and whose status comes in the trailers.

// grpcPrefix is the length of what stands before a message: a byte that says
// whether it is compressed, and four of length.
const grpcPrefix = 5

// The status codes that we need to know
// (https://github.com/grpc/grpc/blob/master/doc/statuscodes.md).
const (
	codeOK                = 0
	codeCancelled         = 1
	codeUnknown           = 2
	codeDeadlineExceeded  = 4
	codePermissionDenied  = 7
	codeResourceExhausted = 8
	codeAborted           = 10
	codeOutOfRange        = 11
	codeUnimplemented     = 12
	codeInternal          = 13
	codeUnavailable       = 14
	codeDataLoss          = 15
	codeUnauthenticated   = 16
)

var codeNames = [...]string{
	"ok", "cancelled", "unknown", "invalid argument", "deadline exceeded", "not found", "already exists",
	"permission denied", "resource exhausted", "failed precondition", "aborted", "out of range",
	"unimplemented", "internal", "unavailable", "data loss", "unauthenticated",
}

func codeName(code int) string {
	if code >= 0 && code < len(codeNames) {
		return codeNames[code]
	}
	return "code " + strconv.Itoa(code)
}

// frame fills in what stands before the message.
func (p *payload) frame(zipped bool) {
	p.b[0] = 0
	if zipped {
		p.b[0] = 1
	}
	binary.BigEndian.PutUint32(p.b[1:], uint32(len(p.b)-grpcPrefix))
}

// attemptGRPC sends p as one call.
func (c *Client) attemptGRPC(ctx context.Context, p *payload) *failure {
	req := c.request(ctx, c.signal.method, p)
	req.Header.Set("Content-Type", "application/grpc")
	req.Header.Set("Te", "trailers")
	if c.cfg.Gzip {
		req.Header.Set("Grpc-Encoding", "gzip")
	}
	if deadline, ok := ctx.Deadline(); ok {
		left := max(1, time.Until(deadline).Milliseconds())
		req.Header.Set("Grpc-Timeout", strconv.FormatInt(min(left, 99999999), 10)+"m")
	}
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return unreached(ctx, c.explainH2(err))
	}
	body, err := read(resp.Body)
	if resp.StatusCode != http.StatusOK {
		code := codeOfHTTP(resp.StatusCode)
		return &failure{err: fmt.Errorf("%s (not a gRPC answer)", statusText(resp.StatusCode)), retry: retryableGRPC(code, false)}
	}
	status := grpcStatus(resp)
	if status == nil {
		if err == nil {
			err = errors.New("the answer has no gRPC status")
		}
		return unreached(ctx, err)
	}
	c.spokeGRPC.Store(true)
	if status.code != codeOK {
		return status.failure()
	}
	if len(body) >= grpcPrefix && body[0] == 0 {
		c.warn(partialSuccess(body[grpcPrefix:]))
	}
	return nil
}

// noHTTP2 is what net/http's errors say of a server that answers in another
// protocol; hungUp, of one that ends the connection instead, or before its answer
// was read.
var (
	noHTTP2 = []string{"client conn could not be established", "unexpected ALPN protocol", "HTTP/1.1", "frame too large"}
	hungUp  = []string{"broken pipe", "connection reset", "connection was aborted", "EOF"}
)

// explainH2 turns what net/http says of a server that speaks no HTTP/2 into what the
// user can change. A server of HTTP/1.1 may end the connection while the request is
// still written; one that has spoken gRPC to us before has another reason to.
func (c *Client) explainH2(err error) error {
	signs := noHTTP2
	if !c.spokeGRPC.Load() {
		signs = slices.Concat(noHTTP2, hungUp)
	}
	text := err.Error()
	if slices.ContainsFunc(signs, func(sign string) bool { return strings.Contains(text, sign) }) {
		return errors.New("no gRPC answer; is OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf meant?")
	}
	return err
}

// rpcStatus is how a call ended.
type rpcStatus struct {
	code    int
	message string
	retryIn time.Duration // of the status details' RetryInfo
	hasInfo bool
}

func (s *rpcStatus) failure() *failure {
	err := fmt.Errorf("%s%s", codeName(s.code), said(s.message))
	if s.code == codeUnimplemented {
		err = unserved{err}
	}
	return &failure{
		err:   err,
		retry: retryableGRPC(s.code, s.hasInfo),
		after: s.retryIn,
	}
}

// grpcStatus reads the status from the trailers, or from the headers of an
// answer that has nothing else; nil if there is none.
func grpcStatus(resp *http.Response) *rpcStatus {
	h := resp.Trailer
	if h.Get("Grpc-Status") == "" {
		h = resp.Header
	}
	code, err := strconv.Atoi(h.Get("Grpc-Status"))
	if err != nil {
		return nil
	}
	s := &rpcStatus{code: code, message: h.Get("Grpc-Message")}
	if text, err := url.PathUnescape(s.message); err == nil {
		s.message = text
	}
	details := strings.TrimRight(h.Get("Grpc-Status-Details-Bin"), "=")
	if b, err := base64.RawStdEncoding.DecodeString(details); err == nil {
		s.retryIn, s.hasInfo = retryInfo(b)
	}
	return s
}

// retryInfo finds the delay of a google.rpc.RetryInfo among the details of a
// google.rpc.Status.
func retryInfo(status []byte) (delay time.Duration, found bool) {
	for r := (wire.Reader{B: status}); r.Next(); {
		if r.Field != 3 {
			continue
		}
		kind, value := "", []byte(nil)
		for detail := (wire.Reader{B: r.Bytes()}); detail.Next(); {
			switch detail.Field {
			case 1:
				kind = detail.String()
			case 2:
				value = detail.Bytes()
			}
		}
		if strings.HasSuffix(kind, "/google.rpc.RetryInfo") {
			return retryDelay(value), true
		}
	}
	return 0, false
}

func retryDelay(info []byte) time.Duration {
	const day = 24 * 60 * 60
	var seconds, nanos uint64
	for r := (wire.Reader{B: info}); r.Next(); {
		if r.Field != 1 {
			continue
		}
		for d := (wire.Reader{B: r.Bytes()}); d.Next(); {
			switch d.Field {
			case 1:
				seconds = d.Uint()
			case 2:
				nanos = d.Uint()
			}
		}
	}
	if int64(seconds) < 0 || int64(nanos) < 0 {
		return 0
	}
	return time.Duration(min(seconds, day))*time.Second + time.Duration(min(nanos, 999999999))
}

// retryableGRPC is the table of the OTLP specification ("OTLP/gRPC Response",
// "Failures"): resource exhausted counts only if the receiver says when it
// will have recovered.
func retryableGRPC(code int, hasInfo bool) bool {
	switch code {
	case codeCancelled, codeDeadlineExceeded, codeAborted, codeOutOfRange, codeUnavailable, codeDataLoss:
		return true
	case codeResourceExhausted:
		return hasInfo
	}
	return false
}

// codeOfHTTP is the code for an answer that did not come from a gRPC server
// (https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md).
func codeOfHTTP(status int) int {
	switch status {
	case http.StatusBadRequest:
		return codeInternal
	case http.StatusUnauthorized:
		return codeUnauthenticated
	case http.StatusForbidden:
		return codePermissionDenied
	case http.StatusNotFound:
		return codeUnimplemented
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return codeUnavailable
	}
	return codeUnknown
}
