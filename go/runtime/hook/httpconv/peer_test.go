package httpconv

import (
	"fmt"
	"net"
	"testing"
)

type otherAddr string

func (otherAddr) Network() string  { return "other" }
func (a otherAddr) String() string { return string(a) }

func TestRemote(t *testing.T) {
	for _, row := range []struct {
		addr net.Addr
		want string
	}{
		{nil, "[]"},
		{(*net.TCPAddr)(nil), "[]"},
		{&net.TCPAddr{}, "[]"},
		{&net.TCPAddr{IP: net.IPv4(10, 1, 2, 3), Port: 80}, "[{network.peer.address 10.1.2.3} {network.peer.port 80}]"},
		{&net.TCPAddr{IP: net.ParseIP("fe80::1"), Zone: "eth0", Port: 443}, "[{network.peer.address fe80::1} {network.peer.port 443}]"},
		{&net.UnixAddr{Name: "/run/x.sock"}, "[{network.peer.address /run/x.sock}]"},
		{&net.UnixAddr{Name: "@"}, "[]"},
		{(*net.UnixAddr)(nil), "[]"},
		{otherAddr("pipe"), "[{network.peer.address pipe}]"},
		{otherAddr("host:7"), "[{network.peer.address host} {network.peer.port 7}]"},
	} {
		var a Attrs
		a.Remote(row.addr)
		got := []string{}
		for _, kv := range a.List() {
			got = append(got, fmt.Sprintf("{%s %s}", kv.Key, kv.Value.Emit()))
		}
		if fmt.Sprint(got) != row.want {
			t.Errorf("%#v: %v, want %s", row.addr, got, row.want)
		}
	}
	// Those that fall on one place do not take each other's text.
	for i := range 1000 {
		ip := net.IPv4(10, 0, byte(i>>8), byte(i))
		var a Attrs
		a.Remote(&net.TCPAddr{IP: ip, Port: 1})
		if got := a.List()[0].Value.AsString(); got != ip.String() {
			t.Fatalf("%s for %s", got, ip)
		}
	}
	var a Attrs
	addr := net.Addr(&net.TCPAddr{IP: net.IPv4(10, 1, 2, 3), Port: 80})
	if n := testing.AllocsPerRun(100, func() { a.Reset(); a.Remote(addr) }); n > 0 {
		t.Errorf("%v allocations for an address that is known", n)
	}
}
