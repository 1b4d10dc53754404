package target

import "io"

func Copy(w io.Writer, r io.Reader) (n int64, err error) { otel_n0_0, otel_l0, otel_a0 := otel_Copy_41472bc3958f(w, r); r = otel_n0_0; for ; otel_l0 != nil; otel_l0 = nil { defer otel_l0() }; _ = otel_a0;
	if w == nil {
		return otel_a0(n, err)
	}
	if r == nil { return otel_a0(0, io.EOF) }
	return otel_a0(io.Copy(w, r))
}

func unnamed(otel_p0 io.Reader, otel_p1 int) { otel_a1 := otel_Second_c7483cd4b2bf(otel_p0, otel_p1); otel_l2, otel_a2 := otel_Unnamed_2ffd9b14bd07(otel_p0, otel_p1); for ; otel_l2 != nil; otel_l2 = nil { defer otel_l2() };
	if true {
		otel_a1(); otel_a2(); return // early
	}
; otel_a1(); otel_a2(); }

//go:noescape
func otel_Copy_41472bc3958f(p0 io.Writer, p1 io.Reader) (io.Reader, func(), func(int64, error) (int64, error))

func otel_Second_c7483cd4b2bf(p0 io.Reader, p1 int) (func())

func otel_Unnamed_2ffd9b14bd07(p0 io.Reader, p1 int) (func(), func())
// ---- rebuild form
package target

import "io"

func Copy(w io.Writer, r io.Reader) (n int64, err error) { otel_n0_0, otel_l0, otel_a0 := otel_Copy_41472bc3958f_s(w, r); r = otel_n0_0; for ; otel_l0 != nil; otel_l0 = nil { defer otel_l0() }; _ = otel_a0;
	if w == nil {
		return otel_a0(n, err)
	}
	if r == nil { return otel_a0(0, io.EOF) }
	return otel_a0(io.Copy(w, r))
}

func unnamed(otel_p0 io.Reader, otel_p1 int) { otel_a1 := otel_Second_c7483cd4b2bf_s(otel_p0, otel_p1); otel_l2, otel_a2 := otel_Unnamed_2ffd9b14bd07_s(otel_p0, otel_p1); for ; otel_l2 != nil; otel_l2 = nil { defer otel_l2() };
	if true {
		otel_a1(); otel_a2(); return // early
	}
; otel_a1(); otel_a2(); }

func otel_Copy_41472bc3958f_s(p0 io.Writer, p1 io.Reader) (io.Reader, func(), func(int64, error) (int64, error)) { if otel_Copy_41472bc3958f_v != nil { return otel_Copy_41472bc3958f_v(p0, p1) }; return p1, nil, otel_Copy_41472bc3958f_r }
var otel_Copy_41472bc3958f_v func(p0 io.Writer, p1 io.Reader) (io.Reader, func(), func(int64, error) (int64, error))
func otel_Copy_41472bc3958f_r(r0 int64, r1 error) (int64, error) { return r0, r1 }

func otel_Second_c7483cd4b2bf_s(p0 io.Reader, p1 int) (func()) { if otel_Second_c7483cd4b2bf_v != nil { return otel_Second_c7483cd4b2bf_v(p0, p1) }; return otel_Second_c7483cd4b2bf_r }
var otel_Second_c7483cd4b2bf_v func(p0 io.Reader, p1 int) (func())
func otel_Second_c7483cd4b2bf_r() { }

func otel_Unnamed_2ffd9b14bd07_s(p0 io.Reader, p1 int) (func(), func()) { if otel_Unnamed_2ffd9b14bd07_v != nil { return otel_Unnamed_2ffd9b14bd07_v(p0, p1) }; return nil, otel_Unnamed_2ffd9b14bd07_r }
var otel_Unnamed_2ffd9b14bd07_v func(p0 io.Reader, p1 int) (func(), func())
func otel_Unnamed_2ffd9b14bd07_r() { }
// ---- links
package target

import _ "unsafe"

//go:linkname otel_Copy_41472bc3958f_v

//go:linkname otel_Second_c7483cd4b2bf_v

//go:linkname otel_Unnamed_2ffd9b14bd07_v
