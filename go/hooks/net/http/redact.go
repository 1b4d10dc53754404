package http

import (
	"net/url"
	"strings"
)

// queryPolicy says what of a query is recorded: OTEL_GO_URL_QUERY.
type queryPolicy int

const (
	queryRedact queryPolicy = iota // the names; values are REDACTED
	queryKeep                      // all but the values of names known to be secret
	queryDrop                      // nothing
)

const redacted = "REDACTED"

// secretNames are query parameters whose values are never recorded: those of the
// semantic conventions, and the usual ones. Lower case.
var secretNames = map[string]bool{
	"awsaccesskeyid": true, "signature": true, "sig": true, "x-goog-signature": true,
	"x-amz-signature": true, "x-amz-credential": true, "x-amz-security-token": true, "x-goog-credential": true,
	"access_token": true, "refresh_token": true, "id_token": true, "token": true, "auth": true, "code": true,
	"api_key": true, "apikey": true, "key": true, "password": true, "passwd": true, "pwd": true, "secret": true,
	"client_secret": true, "session": true, "sessionid": true, "state": true, "jwt": true, "assertion": true,
}

// redactQuery returns the query as the policy lets it be recorded.
func redactQuery(query string, policy queryPolicy) string {
	if query == "" || policy == queryDrop {
		return ""
	}
	var b strings.Builder
	b.Grow(redactedLen(query))
	writeQuery(&b, query, policy)
	return b.String()
}

// redactedLen is about how long a query gets by being redacted.
func redactedLen(query string) int {
	return len(query) + (1+strings.Count(query, "&"))*len(redacted)
}

func writeQuery(b *strings.Builder, query string, policy queryPolicy) {
	for i := 0; query != ""; i++ {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		if i > 0 {
			b.WriteByte('&')
		}
		name, value, hasValue := strings.Cut(pair, "=")
		switch {
		case pair == "":
		case policy == queryKeep && !secretNames[strings.ToLower(name)]:
			b.WriteString(pair)
		case !hasValue && policy == queryRedact:
			b.WriteString(redacted) // a value without a name
		case value == "":
			b.WriteString(pair)
		default:
			b.WriteString(name)
			b.WriteByte('=')
			b.WriteString(redacted)
		}
	}
}

// fullURL is url.full of a client's request: without user info, which is a
// credential, without the fragment, which is not sent, and with the query as the
// policy lets it be.
func fullURL(u *url.URL, policy queryPolicy) string {
	path := u.EscapedPath()
	var b strings.Builder
	b.Grow(len(u.Scheme) + len(u.Host) + len(path) + redactedLen(u.RawQuery) + len("://REDACTED:REDACTED@?"))
	b.WriteString(u.Scheme)
	b.WriteString("://")
	if u.User != nil {
		b.WriteString(redacted + ":" + redacted + "@")
	}
	b.WriteString(u.Host)
	if u.Opaque != "" {
		// Opaque is what is sent in the request line: "//host/path" or a path.
		return b.String()
	}
	if path != "" && path[0] != '/' {
		b.WriteByte('/')
	}
	b.WriteString(path)
	if u.RawQuery != "" && policy != queryDrop {
		b.WriteByte('?')
		writeQuery(&b, u.RawQuery, policy)
	}
	return b.String()
}
