package httpconv

import (
	"net/netip"
	"strings"
)

// Proxies are those whose word of where a request comes from is believed.
type Proxies struct {
	prefixes []netip.Prefix
	sockets  bool // whoever comes over a Unix socket
}

// proxiesOf reads OTEL_GO_TRUSTED_PROXIES: addresses and prefixes, "loopback", "private", "unix",
// with commas between them; nil if there are none. What is nothing of these is trusted by nobody.
func proxiesOf(list string) (p *Proxies) {
	for word := range strings.SplitSeq(list, ",") {
		var prefixes []netip.Prefix
		sockets := false
		switch word = strings.ToLower(strings.TrimSpace(word)); word {
		case "unix":
			sockets = true
		case "loopback":
			prefixes = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
		case "private":
			for _, s := range []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"} {
				prefixes = append(prefixes, netip.MustParsePrefix(s))
			}
		default:
			if prefix, err := netip.ParsePrefix(word); err == nil {
				prefixes = []netip.Prefix{prefix}
			} else if addr, err := netip.ParseAddr(word); err == nil {
				prefixes = []netip.Prefix{netip.PrefixFrom(addr, addr.BitLen())}
			}
		}
		if len(prefixes) > 0 || sockets {
			if p == nil {
				p = new(Proxies)
			}
			p.prefixes, p.sockets = append(p.prefixes, prefixes...), p.sockets || sockets
		}
	}
	return p
}

func (p *Proxies) trusts(addr netip.Addr) bool {
	for _, prefix := range p.prefixes {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// Client is client.address of a request of peer's, which is an IP address, or the path of a Unix
// socket, "@" if that has none: the nearest hop that is no trusted proxy, as Forwarded says, else
// X-Forwarded-For, which values returns. It is the peer's own where that is not trusted. A hop that
// is no IP address (unknown, _hidden) ends the search at the proxy that has told it.
func (p *Proxies) Client(peer string, values func(name string) []string) string {
	addr, err := netip.ParseAddr(peer)
	if err == nil {
		addr = addr.Unmap().WithZone("")
		if !p.trusts(addr) {
			return peer
		}
	} else if !p.sockets || peer != "@" && !strings.HasPrefix(peer, "/") {
		return peer
	}
	hops := forwardedFor(values("forwarded"))
	if hops == nil {
		for _, line := range values("x-forwarded-for") {
			hops = append(hops, strings.Split(line, ",")...)
		}
	}
	for i := len(hops) - 1; i >= 0; i-- {
		host, _ := SplitPort(strings.TrimSpace(hops[i]))
		hop, err := netip.ParseAddr(host)
		if err != nil {
			break
		}
		addr = hop.Unmap().WithZone("")
		if !p.trusts(addr) {
			break
		}
	}
	if !addr.IsValid() {
		return peer
	}
	return addressText(addr)
}

// forwardedFor returns the nodes of for= in Forwarded headers (RFC 7239), one of each element; an
// element that has none is an empty one.
func forwardedFor(lines []string) (hops []string) {
	for _, line := range lines {
		for line != "" {
			var element string
			element, line = cutOutside(line, ',')
			node := ""
			for element != "" {
				var pair string
				pair, element = cutOutside(element, ';')
				if name, value, ok := strings.Cut(strings.TrimSpace(pair), "="); ok && strings.EqualFold(name, "for") {
					node = unquoted(value)
				}
			}
			hops = append(hops, node)
		}
	}
	return hops
}

// cutOutside cuts s at the first sep that is not within quotes.
func cutOutside(s string, sep byte) (before, after string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '\\' && quoted:
			i++
		case s[i] == sep && !quoted:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// unquoted is a token, or what is in a quoted string; of one with a backslash nothing, as
// addresses have none.
func unquoted(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	if strings.ContainsAny(s, `"\`) {
		return ""
	}
	return s
}
