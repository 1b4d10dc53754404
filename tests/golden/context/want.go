package target

import (
	"net/http"
)

type server struct{ n int }

func (s *server) serve(w http.ResponseWriter, r *http.Request) { otel_f3 := &otel_beforeServe_b57450ad06b0_f{P0: s, P1: w, P2: r}; otel_c3, otel_s3 := otel_beforeServe_b57450ad06b0(otel_f3, s, w, r); s, w, r = otel_f3.P0, otel_f3.P1, otel_f3.P2; defer func() { otel_f3.P0, otel_f3.P1, otel_f3.P2 = s, w, r; otel_afterServe_8bea60275e4b(otel_c3); }(); if otel_s3 { return };
	w.WriteHeader(200)
}

func (otel_p0 server) value(string string, otel_p2 int, more ...http.Header) (otel_r0 int, otel_r1 error) { otel_f5 := &otel_BeforeValue_c530b3f574b8_f{P0: otel_p0, P1: string, P2: otel_p2, P3: more}; otel_c5, otel_s5 := otel_BeforeValue_c530b3f574b8(otel_f5, otel_p0, string, otel_p2, more); otel_p0, string, otel_p2, more = otel_f5.P0, otel_f5.P1, otel_f5.P2, otel_f5.P3; otel_r0, otel_r1 = otel_f5.R0, otel_f5.R1; defer func() { otel_f5.P0, otel_f5.P1, otel_f5.P2, otel_f5.P3 = otel_p0, string, otel_p2, more; otel_f5.R0, otel_f5.R1 = otel_r0, otel_r1; otel_AfterValue_cae192130f0d(otel_c5, otel_r0, otel_r1); otel_r0, otel_r1 = otel_f5.R0, otel_f5.R1; }(); if otel_s5 { return };
	return len(string), nil
}

func Named(a, b int) (sum int, err error) { otel_f2 := &otel_AfterNamed_16a2d22e2409_f{P0: a, P1: b}; otel_c2, otel_s2 := otel_AfterNamed_16a2d22e2409(otel_f2); a, b = otel_f2.P0, otel_f2.P1; sum, err = otel_f2.R0, otel_f2.R1; defer func() { otel_f2.P0, otel_f2.P1 = a, b; otel_f2.R0, otel_f2.R1 = sum, err; otel_AfterNamed_af1c4964f722(otel_c2, sum, err); sum, err = otel_f2.R0, otel_f2.R1; }(); if otel_s2 { return };
	defer func() { sum++ }()
	sum = a + b
	return
}

func single() (otel_r0 error) { otel_f4 := &otel_AfterSingle_d33adce0711e_f{}; otel_c4, otel_s4 := otel_AfterSingle_d33adce0711e(otel_f4); otel_r0 = otel_f4.R0; defer func() { otel_f4.R0 = otel_r0; otel_AfterSingle_8c39d80814d6(otel_c4, otel_r0); otel_r0 = otel_f4.R0; }(); if otel_s4 { return }; return nil }

func Map[K comparable, V any](m map[K]V, f func(K) V) (otel_r0 map[K]V) { otel_f1 := &struct { P0 map[K]V; P1 func(K) V; R0 map[K]V; }{P0: m, P1: f}; otel_c1, otel_s1 := otel_BeforeMap_b39877b1ede9(otel_f1, m, f); m, f = otel_f1.P0, otel_f1.P1; otel_r0 = otel_f1.R0; defer func() { otel_f1.P0, otel_f1.P1 = m, f; otel_f1.R0 = otel_r0; otel_AfterMap_014e8627263a(otel_c1, otel_r0); otel_r0 = otel_f1.R0; }(); if otel_s1 { return };
	return m
}

func bare(otel_p0 int, otel_p1 string) (otel_r0 int, otel_r1 error) { otel_f0 := &otel_BeforeBare_22b4dc21cddd_f{P0: otel_p0, P1: otel_p1}; _, otel_s0 := otel_BeforeBare_22b4dc21cddd(otel_f0, otel_p0, otel_p1); otel_p0, otel_p1 = otel_f0.P0, otel_f0.P1; otel_r0, otel_r1 = otel_f0.R0, otel_f0.R1; if otel_s0 { return }; return }

type otel_beforeServe_b57450ad06b0_f struct { P0 *server; P1 http.ResponseWriter; P2 *http.Request; }

func otel_beforeServe_b57450ad06b0(p0 interface{}, p1 interface{}, p2 http.ResponseWriter, p3 *http.Request) (interface{}, bool)

func otel_afterServe_8bea60275e4b(p0 interface{})

type otel_BeforeValue_c530b3f574b8_f struct { P0 server; P1 string; P2 int; P3 []http.Header; R0 int; R1 error; }

func otel_BeforeValue_c530b3f574b8(p0 interface{}, p1 interface{}, p2 string, p3 int, p4 []http.Header) (interface{}, bool)

func otel_AfterValue_cae192130f0d(p0 interface{}, p1 int, p2 error)

type otel_AfterNamed_16a2d22e2409_f struct { P0 int; P1 int; R0 int; R1 error; }

func otel_AfterNamed_16a2d22e2409(p0 interface{}) (interface{}, bool)

func otel_AfterNamed_af1c4964f722(p0 interface{}, p1 int, p2 error)

type otel_AfterSingle_d33adce0711e_f struct { R0 error; }

func otel_AfterSingle_d33adce0711e(p0 interface{}) (interface{}, bool)

func otel_AfterSingle_8c39d80814d6(p0 interface{}, p1 error)

func otel_BeforeMap_b39877b1ede9(p0 interface{}, p1 interface{}, p2 interface{}) (interface{}, bool)

func otel_AfterMap_014e8627263a(p0 interface{}, p1 interface{})

type otel_BeforeBare_22b4dc21cddd_f struct { P0 int; P1 string; R0 int; R1 error; }

func otel_BeforeBare_22b4dc21cddd(p0 interface{}, p1 int, p2 string) (interface{}, bool)
// ---- rebuild form
package target

import (
	"net/http"
)

type server struct{ n int }

func (s *server) serve(w http.ResponseWriter, r *http.Request) { otel_f3 := &otel_beforeServe_b57450ad06b0_f{P0: s, P1: w, P2: r}; otel_c3, otel_s3 := otel_beforeServe_b57450ad06b0_s(otel_f3, s, w, r); s, w, r = otel_f3.P0, otel_f3.P1, otel_f3.P2; defer func() { otel_f3.P0, otel_f3.P1, otel_f3.P2 = s, w, r; otel_afterServe_8bea60275e4b_s(otel_c3); }(); if otel_s3 { return };
	w.WriteHeader(200)
}

func (otel_p0 server) value(string string, otel_p2 int, more ...http.Header) (otel_r0 int, otel_r1 error) { otel_f5 := &otel_BeforeValue_c530b3f574b8_f{P0: otel_p0, P1: string, P2: otel_p2, P3: more}; otel_c5, otel_s5 := otel_BeforeValue_c530b3f574b8_s(otel_f5, otel_p0, string, otel_p2, more); otel_p0, string, otel_p2, more = otel_f5.P0, otel_f5.P1, otel_f5.P2, otel_f5.P3; otel_r0, otel_r1 = otel_f5.R0, otel_f5.R1; defer func() { otel_f5.P0, otel_f5.P1, otel_f5.P2, otel_f5.P3 = otel_p0, string, otel_p2, more; otel_f5.R0, otel_f5.R1 = otel_r0, otel_r1; otel_AfterValue_cae192130f0d_s(otel_c5, otel_r0, otel_r1); otel_r0, otel_r1 = otel_f5.R0, otel_f5.R1; }(); if otel_s5 { return };
	return len(string), nil
}

func Named(a, b int) (sum int, err error) { otel_f2 := &otel_AfterNamed_16a2d22e2409_f{P0: a, P1: b}; otel_c2, otel_s2 := otel_AfterNamed_16a2d22e2409_s(otel_f2); a, b = otel_f2.P0, otel_f2.P1; sum, err = otel_f2.R0, otel_f2.R1; defer func() { otel_f2.P0, otel_f2.P1 = a, b; otel_f2.R0, otel_f2.R1 = sum, err; otel_AfterNamed_af1c4964f722_s(otel_c2, sum, err); sum, err = otel_f2.R0, otel_f2.R1; }(); if otel_s2 { return };
	defer func() { sum++ }()
	sum = a + b
	return
}

func single() (otel_r0 error) { otel_f4 := &otel_AfterSingle_d33adce0711e_f{}; otel_c4, otel_s4 := otel_AfterSingle_d33adce0711e_s(otel_f4); otel_r0 = otel_f4.R0; defer func() { otel_f4.R0 = otel_r0; otel_AfterSingle_8c39d80814d6_s(otel_c4, otel_r0); otel_r0 = otel_f4.R0; }(); if otel_s4 { return }; return nil }

func Map[K comparable, V any](m map[K]V, f func(K) V) (otel_r0 map[K]V) { otel_f1 := &struct { P0 map[K]V; P1 func(K) V; R0 map[K]V; }{P0: m, P1: f}; otel_c1, otel_s1 := otel_BeforeMap_b39877b1ede9_s(otel_f1, m, f); m, f = otel_f1.P0, otel_f1.P1; otel_r0 = otel_f1.R0; defer func() { otel_f1.P0, otel_f1.P1 = m, f; otel_f1.R0 = otel_r0; otel_AfterMap_014e8627263a_s(otel_c1, otel_r0); otel_r0 = otel_f1.R0; }(); if otel_s1 { return };
	return m
}

func bare(otel_p0 int, otel_p1 string) (otel_r0 int, otel_r1 error) { otel_f0 := &otel_BeforeBare_22b4dc21cddd_f{P0: otel_p0, P1: otel_p1}; _, otel_s0 := otel_BeforeBare_22b4dc21cddd_s(otel_f0, otel_p0, otel_p1); otel_p0, otel_p1 = otel_f0.P0, otel_f0.P1; otel_r0, otel_r1 = otel_f0.R0, otel_f0.R1; if otel_s0 { return }; return }

type otel_beforeServe_b57450ad06b0_f struct { P0 *server; P1 http.ResponseWriter; P2 *http.Request; }

func otel_beforeServe_b57450ad06b0_s(p0 interface{}, p1 interface{}, p2 http.ResponseWriter, p3 *http.Request) (interface{}, bool) { if otel_beforeServe_b57450ad06b0_v != nil { return otel_beforeServe_b57450ad06b0_v(p0, p1, p2, p3) }; return nil, false }
var otel_beforeServe_b57450ad06b0_v func(p0 interface{}, p1 interface{}, p2 http.ResponseWriter, p3 *http.Request) (interface{}, bool)

func otel_afterServe_8bea60275e4b_s(p0 interface{}) { if otel_afterServe_8bea60275e4b_v != nil { otel_afterServe_8bea60275e4b_v(p0) } }
var otel_afterServe_8bea60275e4b_v func(p0 interface{})

type otel_BeforeValue_c530b3f574b8_f struct { P0 server; P1 string; P2 int; P3 []http.Header; R0 int; R1 error; }

func otel_BeforeValue_c530b3f574b8_s(p0 interface{}, p1 interface{}, p2 string, p3 int, p4 []http.Header) (interface{}, bool) { if otel_BeforeValue_c530b3f574b8_v != nil { return otel_BeforeValue_c530b3f574b8_v(p0, p1, p2, p3, p4) }; return nil, false }
var otel_BeforeValue_c530b3f574b8_v func(p0 interface{}, p1 interface{}, p2 string, p3 int, p4 []http.Header) (interface{}, bool)

func otel_AfterValue_cae192130f0d_s(p0 interface{}, p1 int, p2 error) { if otel_AfterValue_cae192130f0d_v != nil { otel_AfterValue_cae192130f0d_v(p0, p1, p2) } }
var otel_AfterValue_cae192130f0d_v func(p0 interface{}, p1 int, p2 error)

type otel_AfterNamed_16a2d22e2409_f struct { P0 int; P1 int; R0 int; R1 error; }

func otel_AfterNamed_16a2d22e2409_s(p0 interface{}) (interface{}, bool) { if otel_AfterNamed_16a2d22e2409_v != nil { return otel_AfterNamed_16a2d22e2409_v(p0) }; return nil, false }
var otel_AfterNamed_16a2d22e2409_v func(p0 interface{}) (interface{}, bool)

func otel_AfterNamed_af1c4964f722_s(p0 interface{}, p1 int, p2 error) { if otel_AfterNamed_af1c4964f722_v != nil { otel_AfterNamed_af1c4964f722_v(p0, p1, p2) } }
var otel_AfterNamed_af1c4964f722_v func(p0 interface{}, p1 int, p2 error)

type otel_AfterSingle_d33adce0711e_f struct { R0 error; }

func otel_AfterSingle_d33adce0711e_s(p0 interface{}) (interface{}, bool) { if otel_AfterSingle_d33adce0711e_v != nil { return otel_AfterSingle_d33adce0711e_v(p0) }; return nil, false }
var otel_AfterSingle_d33adce0711e_v func(p0 interface{}) (interface{}, bool)

func otel_AfterSingle_8c39d80814d6_s(p0 interface{}, p1 error) { if otel_AfterSingle_8c39d80814d6_v != nil { otel_AfterSingle_8c39d80814d6_v(p0, p1) } }
var otel_AfterSingle_8c39d80814d6_v func(p0 interface{}, p1 error)

func otel_BeforeMap_b39877b1ede9_s(p0 interface{}, p1 interface{}, p2 interface{}) (interface{}, bool) { if otel_BeforeMap_b39877b1ede9_v != nil { return otel_BeforeMap_b39877b1ede9_v(p0, p1, p2) }; return nil, false }
var otel_BeforeMap_b39877b1ede9_v func(p0 interface{}, p1 interface{}, p2 interface{}) (interface{}, bool)

func otel_AfterMap_014e8627263a_s(p0 interface{}, p1 interface{}) { if otel_AfterMap_014e8627263a_v != nil { otel_AfterMap_014e8627263a_v(p0, p1) } }
var otel_AfterMap_014e8627263a_v func(p0 interface{}, p1 interface{})

type otel_BeforeBare_22b4dc21cddd_f struct { P0 int; P1 string; R0 int; R1 error; }

func otel_BeforeBare_22b4dc21cddd_s(p0 interface{}, p1 int, p2 string) (interface{}, bool) { if otel_BeforeBare_22b4dc21cddd_v != nil { return otel_BeforeBare_22b4dc21cddd_v(p0, p1, p2) }; return nil, false }
var otel_BeforeBare_22b4dc21cddd_v func(p0 interface{}, p1 int, p2 string) (interface{}, bool)
// ---- links
package target

import _ "unsafe"

//go:linkname otel_beforeServe_b57450ad06b0_v

//go:linkname otel_afterServe_8bea60275e4b_v

//go:linkname otel_BeforeValue_c530b3f574b8_v

//go:linkname otel_AfterValue_cae192130f0d_v

//go:linkname otel_AfterNamed_16a2d22e2409_v

//go:linkname otel_AfterNamed_af1c4964f722_v

//go:linkname otel_AfterSingle_d33adce0711e_v

//go:linkname otel_AfterSingle_8c39d80814d6_v

//go:linkname otel_BeforeMap_b39877b1ede9_v

//go:linkname otel_AfterMap_014e8627263a_v

//go:linkname otel_BeforeBare_22b4dc21cddd_v
// ---- beside the hooks
package hooks

import _ "unsafe"
import otelhookcontext "otel.tool/runtime/hookcontext"
import otelp1 "net/http"

//go:linkname otelf1 example.com/target.otel_BeforeBare_22b4dc21cddd
func otelf1(frame any, p1 int, p2 string) (state any, skip bool) {
	c := otelhookcontext.New(frame, 2, "bare", "target")
	state = c
	defer c.Caught("BeforeBare")
	BeforeBare(c, p1, p2)
	return c, c.IsSkipCall()
}
//go:linkname otelv1 example.com/target.otel_BeforeBare_22b4dc21cddd_v
var otelv1 = otelf1

//go:linkname otelf2 example.com/target.otel_BeforeMap_b39877b1ede9
func otelf2(frame any, p1 any, p2 any) (state any, skip bool) {
	c := otelhookcontext.New(frame, 2, "Map", "target")
	state = c
	defer c.Caught("BeforeMap")
	BeforeMap(c, p1, p2)
	return c, c.IsSkipCall()
}
//go:linkname otelv2 example.com/target.otel_BeforeMap_b39877b1ede9_v
var otelv2 = otelf2

//go:linkname otelf3 example.com/target.otel_AfterMap_014e8627263a
func otelf3(state any, p1 any) {
	if c, ok := state.(*otelhookcontext.Context); ok {
		defer c.Caught("AfterMap")
		AfterMap(c, p1)
	}
}
//go:linkname otelv3 example.com/target.otel_AfterMap_014e8627263a_v
var otelv3 = otelf3

//go:linkname otelf4 example.com/target.otel_AfterNamed_16a2d22e2409
func otelf4(frame any) (state any, skip bool) {
	c := otelhookcontext.New(frame, 2, "Named", "target")
	return c, c.IsSkipCall()
}
//go:linkname otelv4 example.com/target.otel_AfterNamed_16a2d22e2409_v
var otelv4 = otelf4

//go:linkname otelf5 example.com/target.otel_AfterNamed_af1c4964f722
func otelf5(state any, p1 int, p2 error) {
	if c, ok := state.(*otelhookcontext.Context); ok {
		defer c.Caught("AfterNamed")
		AfterNamed(c, p1, p2)
	}
}
//go:linkname otelv5 example.com/target.otel_AfterNamed_af1c4964f722_v
var otelv5 = otelf5

//go:linkname otelf6 example.com/target.otel_beforeServe_b57450ad06b0
func otelf6(frame any, p1 any, p2 otelp1.ResponseWriter, p3 *otelp1.Request) (state any, skip bool) {
	c := otelhookcontext.New(frame, 3, "serve", "target")
	state = c
	defer c.Caught("beforeServe")
	beforeServe(c, p1, p2, p3)
	return c, c.IsSkipCall()
}
//go:linkname otelv6 example.com/target.otel_beforeServe_b57450ad06b0_v
var otelv6 = otelf6

//go:linkname otelf7 example.com/target.otel_afterServe_8bea60275e4b
func otelf7(state any) {
	if c, ok := state.(*otelhookcontext.Context); ok {
		defer c.Caught("afterServe")
		afterServe(c)
	}
}
//go:linkname otelv7 example.com/target.otel_afterServe_8bea60275e4b_v
var otelv7 = otelf7

//go:linkname otelf8 example.com/target.otel_AfterSingle_d33adce0711e
func otelf8(frame any) (state any, skip bool) {
	c := otelhookcontext.New(frame, 0, "single", "target")
	return c, c.IsSkipCall()
}
//go:linkname otelv8 example.com/target.otel_AfterSingle_d33adce0711e_v
var otelv8 = otelf8

//go:linkname otelf9 example.com/target.otel_AfterSingle_8c39d80814d6
func otelf9(state any, p1 error) {
	if c, ok := state.(*otelhookcontext.Context); ok {
		defer c.Caught("AfterSingle")
		AfterSingle(c, p1)
	}
}
//go:linkname otelv9 example.com/target.otel_AfterSingle_8c39d80814d6_v
var otelv9 = otelf9

//go:linkname otelf10 example.com/target.otel_BeforeValue_c530b3f574b8
func otelf10(frame any, p1 any, p2 string, p3 int, p4 []otelp1.Header) (state any, skip bool) {
	c := otelhookcontext.New(frame, 4, "value", "target")
	state = c
	defer c.Caught("BeforeValue")
	BeforeValue(c, p1, p2, p3, p4...)
	return c, c.IsSkipCall()
}
//go:linkname otelv10 example.com/target.otel_BeforeValue_c530b3f574b8_v
var otelv10 = otelf10

//go:linkname otelf11 example.com/target.otel_AfterValue_cae192130f0d
func otelf11(state any, p1 int, p2 error) {
	if c, ok := state.(*otelhookcontext.Context); ok {
		defer c.Caught("AfterValue")
		AfterValue(c, p1, p2)
	}
}
//go:linkname otelv11 example.com/target.otel_AfterValue_cae192130f0d_v
var otelv11 = otelf11
