package receive

import (
	"encoding/json"
	"strings"
)

// DecodeJSON reads an ExportTraceServiceRequest in OTLP's JSON.
func DecodeJSON(body []byte) ([]Span, error) {
	var req jsonRequest
	if err := json.Unmarshal(body, &req); err != nil {
		return nil, err
	}
	var spans []Span
	for _, rs := range req.ResourceSpans {
		resource := attributes(rs.Resource.Attributes)
		for _, ss := range rs.ScopeSpans {
			for _, s := range ss.Spans {
				span := s.span()
				span.Resource, span.Service = resource, text(resource["service.name"])
				span.Scope, span.Version = ss.Scope.Name, ss.Scope.Version
				spans = append(spans, span)
			}
		}
	}
	return spans, nil
}

// The messages as JSON has them. A json.Number may stand in quotes.
type (
	jsonRequest struct {
		ResourceSpans []struct {
			Resource struct {
				Attributes []jsonAttr `json:"attributes"`
			} `json:"resource"`
			ScopeSpans []struct {
				Scope struct {
					Name    string `json:"name"`
					Version string `json:"version"`
				} `json:"scope"`
				Spans []jsonSpan `json:"spans"`
			} `json:"scopeSpans"`
		} `json:"resourceSpans"`
	}
	jsonSpan struct {
		TraceID    string      `json:"traceId"`
		SpanID     string      `json:"spanId"`
		ParentID   string      `json:"parentSpanId"`
		TraceState string      `json:"traceState"`
		Flags      uint32      `json:"flags"`
		Name       string      `json:"name"`
		Kind       uint64      `json:"kind"`
		Start      json.Number `json:"startTimeUnixNano"`
		End        json.Number `json:"endTimeUnixNano"`
		Attributes []jsonAttr  `json:"attributes"`
		Events     []struct {
			Time       json.Number `json:"timeUnixNano"`
			Name       string      `json:"name"`
			Attributes []jsonAttr  `json:"attributes"`
		} `json:"events"`
		Links []struct {
			TraceID    string     `json:"traceId"`
			SpanID     string     `json:"spanId"`
			Attributes []jsonAttr `json:"attributes"`
		} `json:"links"`
		Status struct {
			Code    uint64 `json:"code"`
			Message string `json:"message"`
		} `json:"status"`
	}
	jsonAttr struct {
		Key   string    `json:"key"`
		Value jsonValue `json:"value"`
	}
	jsonValue struct {
		String *string      `json:"stringValue"`
		Bool   *bool        `json:"boolValue"`
		Int    *json.Number `json:"intValue"`
		Double any          `json:"doubleValue"`
		Array  *struct {
			Values []jsonValue `json:"values"`
		} `json:"arrayValue"`
		KVList *struct {
			Values []jsonAttr `json:"values"`
		} `json:"kvlistValue"`
		Bytes *[]byte `json:"bytesValue"`
	}
)

func (s *jsonSpan) span() Span {
	span := Span{
		TraceID: strings.ToLower(s.TraceID), SpanID: strings.ToLower(s.SpanID), ParentID: strings.ToLower(s.ParentID),
		TraceState: s.TraceState, Flags: s.Flags, Name: s.Name, Kind: nameOf(kinds, s.Kind), Start: int64Of(s.Start), End: int64Of(s.End),
		Attributes: attributes(s.Attributes), Status: nameOf(statuses, s.Status.Code), Message: s.Status.Message,
	}
	for _, e := range s.Events {
		span.Events = append(span.Events, Event{e.Name, int64Of(e.Time), attributes(e.Attributes)})
	}
	for _, l := range s.Links {
		span.Links = append(span.Links, Link{strings.ToLower(l.TraceID), strings.ToLower(l.SpanID), attributes(l.Attributes)})
	}
	return span
}

// int64Of is n, or 0 where it is none.
func int64Of(n json.Number) int64 {
	v, _ := n.Int64()
	return v
}

func attributes(list []jsonAttr) map[string]any {
	m := map[string]any{}
	for _, kv := range list {
		m[kv.Key] = kv.Value.value()
	}
	return m
}

// value is v as Decode has values. A double that JSON has no number for stays
// the text that it came as.
func (v *jsonValue) value() any {
	switch {
	case v.String != nil:
		return *v.String
	case v.Bool != nil:
		return *v.Bool
	case v.Int != nil:
		return int64Of(*v.Int)
	case v.Double != nil:
		return v.Double
	case v.Array != nil:
		list := []any{}
		for i := range v.Array.Values {
			list = append(list, v.Array.Values[i].value())
		}
		return list
	case v.KVList != nil:
		return attributes(v.KVList.Values)
	case v.Bytes != nil:
		return *v.Bytes
	}
	return nil
}
