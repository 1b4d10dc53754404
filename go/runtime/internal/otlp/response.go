package otlp

import (
	"strconv"
	"strings"
	"unicode"

	"otel.tool/runtime/internal/wire"
)

// partial is the answer's partial_success: what the receiver did not take, and
// why; or a warning, if it took all. The three signals' messages have the same
// fields.
type partial struct {
	rejected int64
	message  string
}

// partialSuccess reads an ExportTraceServiceResponse. An answer that is none
// counts as success: the request has been taken.
func partialSuccess(body []byte) (p partial) {
	for r := (wire.Reader{B: body}); r.Next(); {
		if r.Field != 1 {
			continue
		}
		for inner := (wire.Reader{B: r.Bytes()}); inner.Next(); {
			switch inner.Field {
			case 1:
				p.rejected = int64(inner.Uint())
			case 2:
				p.message = inner.String()
			}
		}
	}
	return p
}

func partialSuccessJSON(body []byte) (p partial) {
	members(body, func(name string, value []byte) {
		if name != "partialSuccess" {
			return
		}
		members(value, func(name string, value []byte) {
			switch name {
			case "rejectedSpans", "rejectedDataPoints", "rejectedLogRecords":
				p.rejected = integerOf(value)
			case "errorMessage":
				p.message = stringOf(value)
			}
		})
	})
	return p
}

func statusMessageJSON(body []byte) (message string) {
	members(body, func(name string, value []byte) {
		if name == "message" {
			message = stringOf(value)
		}
	})
	return message
}

func (c *Client) warn(p partial) {
	if c.cfg.Warn == nil || p.rejected == 0 && p.message == "" {
		return
	}
	if p.rejected == 0 {
		c.cfg.Warn("the receiver warns" + said(p.message))
		return
	}
	c.cfg.Warn("the receiver rejected " + strconv.FormatInt(p.rejected, 10) + said(p.message))
}

// said returns ": message", fit to be printed on a line of ours, or "".
func said(message string) string {
	const longest = 200
	message = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.TrimSpace(message))
	if len(message) > longest {
		message = strings.ToValidUTF8(message[:longest], "") + "…"
	}
	if message == "" {
		return ""
	}
	return ": " + message
}
