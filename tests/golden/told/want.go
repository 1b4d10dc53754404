package target

type info struct {
	a, b []string
}

type option interface{ apply() }

func Start(i *info, names []string, options ...option) { var otel_f0_1 []string; if i != nil { otel_f0_1 = i.b }; otel_Start_80274b63f456(i != nil, otel_f0_1, options != nil, append(make([]string, 0, 8), names...), append(make([]option, 0, 8), options...));
	for _, o := range options {
		o.apply()
	}
}

//go:noescape
func otel_Start_80274b63f456(p0 bool, p1 []string, p2 bool, p3 []string, p4 interface{})
// ---- rebuild form
package target

type info struct {
	a, b []string
}

type option interface{ apply() }

func Start(i *info, names []string, options ...option) { var otel_f0_1 []string; if i != nil { otel_f0_1 = i.b }; otel_Start_80274b63f456_s(i != nil, otel_f0_1, options != nil, append(make([]string, 0, 8), names...), append(make([]option, 0, 8), options...));
	for _, o := range options {
		o.apply()
	}
}

func otel_Start_80274b63f456_s(p0 bool, p1 []string, p2 bool, p3 []string, p4 interface{}) { if otel_Start_80274b63f456_v != nil { otel_Start_80274b63f456_v(p0, p1, p2, p3, p4) } }
var otel_Start_80274b63f456_v func(p0 bool, p1 []string, p2 bool, p3 []string, p4 interface{})
// ---- links
package target

import _ "unsafe"

//go:linkname otel_Start_80274b63f456_v
