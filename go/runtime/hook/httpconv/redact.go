package httpconv

import "strings"

// QueryPolicy says what of a query is recorded: OTEL_GO_URL_QUERY.
type QueryPolicy int

// The policies.
const (
	QueryRedact QueryPolicy = iota // the names; values are REDACTED
	QueryKeep                      // all but the values of names known to be secret
	QueryDrop                      // nothing
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

// RedactQuery returns the query as the policy lets it be recorded.
func RedactQuery(query string, policy QueryPolicy) string {
	if query == "" || policy == QueryDrop {
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

func writeQuery(b *strings.Builder, query string, policy QueryPolicy) {
	for i := 0; query != ""; i++ {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		if i > 0 {
			b.WriteByte('&')
		}
		name, value, hasValue := strings.Cut(pair, "=")
		switch {
		case pair == "":
		case policy == QueryKeep && !secretNames[strings.ToLower(name)]:
			b.WriteString(pair)
		case !hasValue && policy == QueryRedact:
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

// URL is the parts of a URL that is requested, escaped as it is sent.
type URL struct {
	Scheme, Host, Path, Query string
	User                      bool // it has user info, which is a credential
}

// Full is url.full of a client's request: without user info, and with the query as the
// policy lets it be.
func (u URL) Full(policy QueryPolicy) string {
	var b strings.Builder
	b.Grow(len(u.Scheme) + len(u.Host) + len(u.Path) + redactedLen(u.Query) + len("://REDACTED:REDACTED@/?"))
	b.WriteString(u.Scheme)
	b.WriteString("://")
	if u.User {
		b.WriteString(redacted + ":" + redacted + "@")
	}
	b.WriteString(u.Host)
	if u.Path != "" && u.Path[0] != '/' {
		b.WriteByte('/')
	}
	b.WriteString(u.Path)
	if u.Query != "" && policy != QueryDrop {
		b.WriteByte('?')
		writeQuery(&b, u.Query, policy)
	}
	return b.String()
}
