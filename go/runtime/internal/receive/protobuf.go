package receive

import (
	"encoding/hex"
	"errors"

	"otel.tool/runtime/internal/wire"
)

// Decode reads an ExportTraceServiceRequest in protobuf. Strings are copied out
// of body.
func Decode(body []byte) ([]Span, error) {
	d := &decoder{}
	d.fields(body, func(r *wire.Reader) {
		if r.Field == 1 {
			d.resourceSpans(r.Bytes())
		}
	})
	return d.spans, d.err
}

type decoder struct {
	spans []Span
	err   error
	depth int
}

// fields calls f for each field of a message.
func (d *decoder) fields(message []byte, f func(r *wire.Reader)) {
	r := wire.Reader{B: message}
	for r.Next() {
		f(&r)
	}
	d.err = errors.Join(d.err, r.Err())
}

func (d *decoder) resourceSpans(b []byte) {
	first := len(d.spans)
	resource := map[string]any{}
	d.fields(b, func(r *wire.Reader) {
		switch r.Field {
		case 1:
			d.fields(r.Bytes(), func(r *wire.Reader) {
				if r.Field == 1 {
					d.attr(resource, r.Bytes())
				}
			})
		case 2:
			d.scopeSpans(r.Bytes())
		}
	})
	for i := first; i < len(d.spans); i++ {
		d.spans[i].Resource, d.spans[i].Service = resource, text(resource["service.name"])
	}
}

func (d *decoder) scopeSpans(b []byte) {
	first := len(d.spans)
	var name, version string
	d.fields(b, func(r *wire.Reader) {
		switch r.Field {
		case 1:
			d.fields(r.Bytes(), func(r *wire.Reader) {
				switch r.Field {
				case 1:
					name = r.String()
				case 2:
					version = r.String()
				}
			})
		case 2:
			d.span(r.Bytes())
		}
	})
	for i := first; i < len(d.spans); i++ {
		d.spans[i].Scope, d.spans[i].Version = name, version
	}
}

func (d *decoder) span(b []byte) {
	s := Span{Kind: kinds[0], Status: statuses[0], Attributes: map[string]any{}}
	d.fields(b, func(r *wire.Reader) {
		switch r.Field {
		case 1:
			s.TraceID = hex.EncodeToString(r.Bytes())
		case 2:
			s.SpanID = hex.EncodeToString(r.Bytes())
		case 3:
			s.TraceState = r.String()
		case 4:
			s.ParentID = hex.EncodeToString(r.Bytes())
		case 5:
			s.Name = r.String()
		case 6:
			s.Kind = nameOf(kinds, r.Uint())
		case 7:
			s.Start = int64(r.Uint())
		case 8:
			s.End = int64(r.Uint())
		case 9:
			d.attr(s.Attributes, r.Bytes())
		case 11:
			s.Events = append(s.Events, d.event(r.Bytes()))
		case 13:
			s.Links = append(s.Links, d.link(r.Bytes()))
		case 15:
			d.status(&s, r.Bytes())
		case 16:
			s.Flags = uint32(r.Uint())
		}
	})
	d.spans = append(d.spans, s)
}

func (d *decoder) status(s *Span, b []byte) {
	d.fields(b, func(r *wire.Reader) {
		switch r.Field {
		case 2:
			s.Message = r.String()
		case 3:
			s.Status = nameOf(statuses, r.Uint())
		}
	})
}

func (d *decoder) event(b []byte) Event {
	e := Event{Attributes: map[string]any{}}
	d.fields(b, func(r *wire.Reader) {
		switch r.Field {
		case 1:
			e.Time = int64(r.Uint())
		case 2:
			e.Name = r.String()
		case 3:
			d.attr(e.Attributes, r.Bytes())
		}
	})
	return e
}

func (d *decoder) link(b []byte) Link {
	l := Link{Attributes: map[string]any{}}
	d.fields(b, func(r *wire.Reader) {
		switch r.Field {
		case 1:
			l.TraceID = hex.EncodeToString(r.Bytes())
		case 2:
			l.SpanID = hex.EncodeToString(r.Bytes())
		case 4:
			d.attr(l.Attributes, r.Bytes())
		}
	})
	return l
}

// attr adds a KeyValue to m.
func (d *decoder) attr(m map[string]any, b []byte) {
	key, value := "", any(nil)
	d.fields(b, func(r *wire.Reader) {
		switch r.Field {
		case 1:
			key = r.String()
		case 2:
			value = d.value(r.Bytes())
		}
	})
	m[key] = value
}

const maxDepth = 100 // of values in values

// value reads an AnyValue: a string, bool, int64, float64, []any,
// map[string]any or []byte; nil if it is empty.
func (d *decoder) value(b []byte) (v any) {
	d.depth++
	defer func() { d.depth-- }()
	if d.depth > maxDepth {
		d.err = errors.Join(d.err, errors.New("values nested too deep"))
		return nil
	}
	d.fields(b, func(r *wire.Reader) {
		switch r.Field {
		case 1:
			v = r.String()
		case 2:
			v = r.Uint() != 0
		case 3:
			v = int64(r.Uint())
		case 4:
			v = r.Double()
		case 5:
			list := []any{}
			d.fields(r.Bytes(), func(r *wire.Reader) { list = append(list, d.value(r.Bytes())) })
			v = list
		case 6:
			m := map[string]any{}
			d.fields(r.Bytes(), func(r *wire.Reader) { d.attr(m, r.Bytes()) })
			v = m
		case 7:
			v = append([]byte{}, r.Bytes()...)
		}
	})
	return v
}
