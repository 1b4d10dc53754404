package target

func Fetch(key string) (string, error) { otel_s0, otel_a0 := otel_Fetch_a680bb34cee6(key); _ = otel_a0; if otel_s0 { var otel_z0_0 string; var otel_z0_1 error; return otel_a0(otel_z0_0, otel_z0_1) }; return otel_a0(key, nil) }

func named(n int) (sum int, otel_r1 error) { otel_n1_0, otel_s1 := otel_Named_6fb1383ce6a7(n); n = otel_n1_0; if otel_s1 { return sum, otel_r1 };
	if n > 0 {
		return n, nil
	}
	return
}

func Nothing(n int) { otel_s2, otel_l2 := otel_Nothing_64725387ad48(n); for ; otel_l2 != nil; otel_l2 = nil { defer otel_l2() }; if otel_s2 { return };}

func hidden(error string) error { return nil }

func otel_Fetch_a680bb34cee6(p0 string) (bool, func(string, error) (string, error))

func otel_Named_6fb1383ce6a7(p0 int) (int, bool)

func otel_Nothing_64725387ad48(p0 int) (bool, func())
// ---- rebuild form
package target

func Fetch(key string) (string, error) { otel_s0, otel_a0 := otel_Fetch_a680bb34cee6_s(key); _ = otel_a0; if otel_s0 { var otel_z0_0 string; var otel_z0_1 error; return otel_a0(otel_z0_0, otel_z0_1) }; return otel_a0(key, nil) }

func named(n int) (sum int, otel_r1 error) { otel_n1_0, otel_s1 := otel_Named_6fb1383ce6a7_s(n); n = otel_n1_0; if otel_s1 { return sum, otel_r1 };
	if n > 0 {
		return n, nil
	}
	return
}

func Nothing(n int) { otel_s2, otel_l2 := otel_Nothing_64725387ad48_s(n); for ; otel_l2 != nil; otel_l2 = nil { defer otel_l2() }; if otel_s2 { return };}

func hidden(error string) error { return nil }

func otel_Fetch_a680bb34cee6_s(p0 string) (bool, func(string, error) (string, error)) { if otel_Fetch_a680bb34cee6_v != nil { return otel_Fetch_a680bb34cee6_v(p0) }; return false, otel_Fetch_a680bb34cee6_r }
var otel_Fetch_a680bb34cee6_v func(p0 string) (bool, func(string, error) (string, error))
func otel_Fetch_a680bb34cee6_r(r0 string, r1 error) (string, error) { return r0, r1 }

func otel_Named_6fb1383ce6a7_s(p0 int) (int, bool) { if otel_Named_6fb1383ce6a7_v != nil { return otel_Named_6fb1383ce6a7_v(p0) }; return p0, false }
var otel_Named_6fb1383ce6a7_v func(p0 int) (int, bool)

func otel_Nothing_64725387ad48_s(p0 int) (bool, func()) { if otel_Nothing_64725387ad48_v != nil { return otel_Nothing_64725387ad48_v(p0) }; return false, nil }
var otel_Nothing_64725387ad48_v func(p0 int) (bool, func())
// ---- links
package target

import _ "unsafe"

//go:linkname otel_Fetch_a680bb34cee6_v

//go:linkname otel_Named_6fb1383ce6a7_v

//go:linkname otel_Nothing_64725387ad48_v
