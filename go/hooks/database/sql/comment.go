package sql

import (
	"context"
	"net/url"
	"sort"
	"strings"
)

// comment returns the query with the trace context of ctx in a comment at its end,
// as the database's log and its views of running queries then show it.
// Source: google.github.io/sqlcommenter/spec.
//
// A query that has a comment may have one of another sqlcommenter, or end in one,
// and stays as it is.
func comment(ctx context.Context, query string) string {
	if strings.Contains(query, "/*") || strings.Contains(query, "--") || strings.Contains(query, "#") {
		return query
	}
	fields := tags{}
	client.Inject(ctx, fields)
	var pairs []string
	for _, k := range []string{"traceparent", "tracestate"} {
		if v := fields[k]; v != "" {
			pairs = append(pairs, k+"='"+url.PathEscape(v)+"'")
		}
	}
	if len(pairs) == 0 {
		return query
	}
	sort.Strings(pairs)
	body := strings.TrimRight(query, " \t\r\n;")
	return body + " /*" + strings.Join(pairs, ",") + "*/" + query[len(body):]
}

// tags takes what the propagators have to say.
type tags map[string]string

func (t tags) Get(key string) string { return t[key] }
func (t tags) Set(key, value string) { t[key] = value }
func (t tags) Keys() (keys []string) {
	for k := range t {
		keys = append(keys, k)
	}
	return keys
}
