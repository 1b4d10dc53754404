package otlp

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"otel.tool/runtime/internal/wire"
)

// attemptHTTP sends p as OTLP/HTTP.
func (c *Client) attemptHTTP(ctx context.Context, p *payload) *failure {
	req := c.request(ctx, "", p)
	json := c.cfg.Protocol == HTTPJSON
	if json {
		req.Header.Set("Content-Type", "application/json")
	} else {
		req.Header.Set("Content-Type", "application/x-protobuf")
	}
	if c.cfg.Gzip {
		req.Header.Set("Content-Encoding", "gzip")
	}
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return unreached(ctx, err)
	}
	// Whether the receiver took the request is said by the status; a body that
	// breaks off changes nothing about that.
	body, _ := read(resp.Body)
	if resp.StatusCode/100 != 2 {
		err := fmt.Errorf("%s%s", statusText(resp.StatusCode), said(statusMessage(body, json)))
		if resp.StatusCode == http.StatusNotFound {
			err = unserved{err}
		}
		return &failure{
			err:   err,
			retry: retryableHTTP(resp.StatusCode),
			after: retryAfter(resp.Header.Get("Retry-After"), time.Now()),
		}
	}
	if json {
		c.warn(partialSuccessJSON(body))
	} else {
		c.warn(partialSuccess(body))
	}
	return nil
}

// statusText is a status as people know it; not the answer's own text, which is
// any text.
func statusText(code int) string {
	return strings.TrimSpace(strconv.Itoa(code) + " " + http.StatusText(code))
}

// retryableHTTP is the table of the OTLP specification ("OTLP/HTTP Response",
// "Retryable Response Codes").
func retryableHTTP(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// retryAfter reads a Retry-After header (RFC 9110, section 10.2.3): seconds, or
// a date. Without one, or with one that has passed, it is 0.
func retryAfter(text string, now time.Time) time.Duration {
	if text == "" {
		return 0
	}
	if n, err := strconv.ParseUint(text, 10, 32); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// statusMessage returns the message of the google.rpc.Status that an answer
// with an error has for a body, or "".
func statusMessage(body []byte, json bool) string {
	if json {
		return statusMessageJSON(body)
	}
	r := wire.Reader{B: body}
	message := ""
	for r.Next() {
		if r.Field == 2 {
			message = r.String()
		}
	}
	if r.Err() != nil {
		return ""
	}
	return message
}
