package target

type info struct{}

type option interface{ apply() }

func Start(i *info, names []string, options ...option) { otel_Start_a90f62d2458a(i != nil, options != nil, append(make([]string, 0, 8), names...), append(make([]option, 0, 8), options...));
	for _, o := range options {
		o.apply()
	}
}

//go:noescape
func otel_Start_a90f62d2458a(p0 bool, p1 bool, p2 []string, p3 interface{})
// ---- rebuild form
package target

type info struct{}

type option interface{ apply() }

func Start(i *info, names []string, options ...option) { otel_Start_a90f62d2458a_s(i != nil, options != nil, append(make([]string, 0, 8), names...), append(make([]option, 0, 8), options...));
	for _, o := range options {
		o.apply()
	}
}

func otel_Start_a90f62d2458a_s(p0 bool, p1 bool, p2 []string, p3 interface{}) { if otel_Start_a90f62d2458a_v != nil { otel_Start_a90f62d2458a_v(p0, p1, p2, p3) } }
var otel_Start_a90f62d2458a_v func(p0 bool, p1 bool, p2 []string, p3 interface{})
// ---- links
package target

import _ "unsafe"

//go:linkname otel_Start_a90f62d2458a_v
