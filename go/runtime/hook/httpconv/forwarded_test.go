package httpconv

import (
	"strings"
	"testing"
)

func TestProxies(t *testing.T) {
	for _, row := range []struct {
		trusted, peer string
		headers       string // Forwarded, or X-Forwarded-For behind x:, lines with | between them
		want          string
	}{
		// Nobody is trusted but who is named.
		{"10.0.0.1", "10.0.0.2", "for=1.2.3.4", "10.0.0.2"},
		{"10.0.0.1", "10.0.0.1", "for=1.2.3.4", "1.2.3.4"},
		{"10.0.0.0/8", "10.9.9.9", "x:1.2.3.4", "1.2.3.4"},
		{"10.0.0.1", "10.0.0.1", "", "10.0.0.1"},
		{"loopback", "127.0.0.1", "x:1.2.3.4", "1.2.3.4"},
		{"loopback", "::1", "x:1.2.3.4", "1.2.3.4"},
		{"loopback", "::ffff:127.0.0.1", "x:1.2.3.4", "1.2.3.4"},
		{"loopback", "10.0.0.1", "x:1.2.3.4", "10.0.0.1"},
		{"private, loopback", "192.168.3.4", "x:1.2.3.4", "1.2.3.4"},
		{"private", "fe80::1%eth0", "x:1.2.3.4", "1.2.3.4"},
		{"0.0.0.0/0", "8.8.8.8", "x:1.2.3.4", "1.2.3.4"},
		// What a client sends itself stands to the left.
		{"private", "10.0.0.1", "x:6.6.6.6, 1.2.3.4", "1.2.3.4"},
		{"private", "10.0.0.1", "x:6.6.6.6, 1.2.3.4, 10.0.0.7", "1.2.3.4"},
		{"private", "10.0.0.1", "x:6.6.6.6|1.2.3.4|10.0.0.7", "1.2.3.4"},
		{"private", "10.0.0.1", "x:10.0.0.8, 10.0.0.7", "10.0.0.8"},
		{"private", "10.0.0.1", "x:1.2.3.4, nonsense", "10.0.0.1"},
		{"private", "10.0.0.1", "x:1.2.3.4, nonsense, 10.0.0.9", "10.0.0.9"},
		{"private", "10.0.0.1", "x:,", "10.0.0.1"},
		{"private", "10.0.0.1", "x:1.2.3.4:5678", "1.2.3.4"},
		{"private", "10.0.0.1", "x:[2001:db8::1]:5678", "2001:db8::1"},
		{"private", "10.0.0.1", "x:2001:db8::1", "2001:db8::1"},
		// RFC 7239.
		{"private", "10.0.0.1", `for=192.0.2.60;proto=http;by=203.0.113.43`, "192.0.2.60"},
		{"private", "10.0.0.1", `proto=http; For="[2001:db8:cafe::17]:4711"`, "2001:db8:cafe::17"},
		{"private", "10.0.0.1", `for=6.6.6.6, for="1.2.3.4:5";by="a,b;for=7.7.7.7"`, "1.2.3.4"},
		{"private", "10.0.0.1", `for=6.6.6.6|for=1.2.3.4, for=10.0.0.3`, "1.2.3.4"},
		{"private", "10.0.0.1", `for=unknown`, "10.0.0.1"},
		{"private", "10.0.0.1", `for=1.2.3.4, for=_gazonk`, "10.0.0.1"},
		{"private", "10.0.0.1", `for=1.2.3.4, by=10.0.0.2`, "10.0.0.1"},
		{"private", "10.0.0.1", `for="1.2.3.\4"`, "10.0.0.1"},
		{"private", "10.0.0.1", `for="1.2.3.4`, "10.0.0.1"},
		{"private", "10.0.0.1", `;;;,,,==="`, "10.0.0.1"},
		// Unix sockets.
		{"unix", "@", "x:1.2.3.4", "1.2.3.4"},
		{"unix", "/run/x.sock", "x:1.2.3.4", "1.2.3.4"},
		{"unix", "@", "", "@"},
		{"private", "@", "x:1.2.3.4", "@"},
		{"unix", "10.0.0.1", "x:1.2.3.4", "10.0.0.1"},
		{"nonsense, 10.0.0.1", "10.0.0.1", "x:1.2.3.4", "1.2.3.4"},
	} {
		values := func(name string) []string {
			x, ok := strings.CutPrefix(row.headers, "x:")
			if ok != (name == "x-forwarded-for") || row.headers == "" {
				return nil
			}
			return strings.Split(x, "|")
		}
		if got := proxiesOf(row.trusted).Client(row.peer, values); got != row.want {
			t.Errorf("trusted %q, peer %s, %s: %s, want %s", row.trusted, row.peer, row.headers, got, row.want)
		}
	}
	for _, list := range []string{"", " , ", "nonsense", "10.0.0.0/99"} {
		if proxiesOf(list) != nil {
			t.Errorf("%q trusts somebody", list)
		}
	}
}

func FuzzForwarded(f *testing.F) {
	f.Add(`for=192.0.2.60;proto=http;by=203.0.113.43, for="[::1]:7"`, "1.2.3.4, x")
	p := proxiesOf("private")
	f.Fuzz(func(t *testing.T, forwarded, x string) {
		got := p.Client("10.0.0.1", func(name string) []string {
			return map[string][]string{"forwarded": {forwarded}, "x-forwarded-for": {x}}[name]
		})
		if got == "" || len(got) > 45 {
			t.Errorf("%q", got)
		}
	})
}
