package httpconv

import (
	"net"
	"net/netip"
	"sync/atomic"
)

// Remote adds where a client's connection leads to. The servers of a program are few: the
// text of their addresses is kept.
func (a *Attrs) Remote(addr net.Addr) {
	switch addr := addr.(type) {
	case nil:
	case *net.TCPAddr:
		if addr == nil {
			break
		}
		if ap := addr.AddrPort(); ap.Addr().IsValid() {
			a.Str(KeyPeerAddress, addressText(ap.Addr().Unmap().WithZone("")))
			a.Int(KeyPeerPort, int(ap.Port()))
		}
	case *net.UnixAddr:
		if addr != nil && addr.Name != "@" { // unnamed
			a.Str(KeyPeerAddress, addr.Name)
		}
	default:
		host, port := SplitPort(addr.String())
		a.Str(KeyPeerAddress, host)
		if port != 0 {
			a.Int(KeyPeerPort, port)
		}
	}
}

type knownAddress struct {
	addr netip.Addr
	text string
}

// knownAddresses has the latest of those that fall on each place.
var knownAddresses [64]atomic.Pointer[knownAddress]

func addressText(addr netip.Addr) string {
	b := addr.As16()
	place := &knownAddresses[(b[15]^b[14]<<2^b[13]<<4^b[7])%64]
	if k := place.Load(); k != nil && k.addr == addr {
		return k.text
	}
	k := &knownAddress{addr, addr.String()}
	place.Store(k)
	return k.text
}
