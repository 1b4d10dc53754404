#include "cmd/probe.h"

#include <ctype.h>
#include <time.h>

#include "base/buf.h"
#include "cmd/environment.h"
#include "os/env.h"
#include "os/net.h"

enum { TIMEOUT_MS = 3000 };

static const struct {
	const char *name, *path, *method;
} signals[] = {
	{"TRACES", "v1/traces", "/opentelemetry.proto.collector.trace.v1.TraceService/Export"},
	{"METRICS", "v1/metrics",
		"/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"},
	{"LOGS", "v1/logs", "/opentelemetry.proto.collector.logs.v1.LogsService/Export"},
};

// Where and how a signal is sent.
typedef struct {
	Str from; // the variable that says so, "the default" if none does
	Str shown;
	NetAddress address;
	Str authority, path;
	Str protocol; // "grpc", "http/protobuf", "http/json"
	bool tls;
} Endpoint;

// ---- what the environment says

// split_host takes "HOST:PORT" apart; an IPv6 host is in brackets.
static void split_host(Str authority, NetAddress *out)
{
	isize colon = authority.len;

	while (colon > 0 && authority.p[colon - 1] != ':' && authority.p[colon - 1] != ']')
		colon--;
	bool has_port = colon > 0 && authority.p[colon - 1] == ':';
	out->host = has_port ? str_slice(authority, 0, colon - 1) : authority;
	out->port = has_port ? str_slice(authority, colon, authority.len) : S("");
	if (str_starts(out->host, S("[")) && str_ends(out->host, S("]")))
		out->host = str_slice(out->host, 1, out->host.len - 1);
}

// split_url fills in address, authority, path and tls from "http://HOST:PORT/PATH".
static bool split_url(Arena *a, Str url, bool insecure, Endpoint *e)
{
	isize scheme = str_find(url, S("://"));

	e->tls = scheme < 0 ? !insecure : str_starts(url, S("https://"));
	if (scheme >= 0 && !e->tls && !str_starts(url, S("http://")))
		return false;
	Str rest = scheme < 0 ? url : str_slice(url, scheme + 3, url.len);
	isize slash = str_find(rest, S("/"));
	e->authority = slash < 0 ? rest : str_slice(rest, 0, slash);
	e->path = slash < 0 ? S("") : str_slice(rest, slash, rest.len);
	isize user = str_find(e->authority, S("@"));
	if (user >= 0)
		e->authority = str_slice(e->authority, user + 1, e->authority.len);
	split_host(e->authority, &e->address);
	e->shown = str_format(a, "%s://%.*s", e->tls ? "https" : "http", STR_ARG(e->authority));
	return e->address.host.len > 0;
}

static Str default_port(const Endpoint *e)
{
	return e->tls ? S("443") : S("80");
}

static bool read_address(Arena *a, const char *signal, Str url, Endpoint *e)
{
	Str from, insecure = environment_signal(a, signal, "INSECURE", &from);

	if (str_starts(url, S("unix:"))) {
		e->address.path = str_slice(url, str_starts(url, S("unix://")) ? 7 : 5, url.len);
		e->authority = S("localhost");
		e->shown = url;
		return e->address.path.len > 0;
	}
	if (!split_url(a, url, str_eq(insecure, S("true")), e))
		return false;
	if (e->address.port.len == 0)
		e->address.port = default_port(e);
	return true;
}

// read_endpoint follows go/runtime/internal/config.
static bool read_endpoint(Arena *a, isize signal, Endpoint *e)
{
	const char *name = signals[signal].name;
	Str from, url = environment_signal(a, name, "ENDPOINT", &e->from);
	bool own = str_find(e->from, str_from(name)) >= 0;

	e->protocol = environment_signal(a, name, "PROTOCOL", &from);
	if (e->protocol.len == 0)
		e->protocol = str_find(url, S(":4318")) >= 0 ? S("http/protobuf") : S("grpc");
	bool grpc = str_eq(e->protocol, S("grpc"));
	if (url.len == 0) {
		e->from = S("the default");
		url = grpc ? S("http://localhost:4317") : S("http://localhost:4318");
		own = false;
	}
	if (!read_address(a, name, url, e))
		return false;
	bool whole = own && e->address.path.len == 0;
	if (e->path.len == 0 || (!whole && !str_ends(e->path, S("/"))))
		e->path = str_format(a, "%.*s/", STR_ARG(e->path));
	if (grpc)
		e->path = str_from(signals[signal].method);
	else if (!whole)
		e->path = str_format(a, "%.*s%s", STR_ARG(e->path), signals[signal].path);
	return true;
}

// next_header takes one of "key=value,key=value".
static bool next_header(Arena *a, Str *rest, Str *key, Str *value)
{
	while (rest->len > 0) {
		Str pair = str_cut(rest, ',');
		Str name = str_trim(str_cut(&pair, '='));
		char *lower = arena_array(a, char, name.len + 1);
		for (isize i = 0; i < name.len; i++)
			lower[i] = (char)tolower((unsigned char)name.p[i]);
		*key = (Str){lower, name.len};
		*value = str_trim(pair);
		if (name.len > 0)
			return true;
	}
	return false;
}

// ---- HTTP/1.1

static bool http_done(Str answer)
{
	return str_find(answer, S("\r\n\r\n")) >= 0;
}

static Str http_question(Arena *a, const Endpoint *e, Str headers)
{
	bool json = str_eq(e->protocol, S("http/json"));
	Str body = json ? S("{}") : S(""), key, value;
	StrBuf b = {.arena = a};

	buf_addf(&b, "POST %.*s HTTP/1.1\r\nHost: %.*s\r\nContent-Type: application/%s\r\n",
		STR_ARG(e->path), STR_ARG(e->authority), json ? "json" : "x-protobuf");
	while (next_header(a, &headers, &key, &value))
		buf_addf(&b, "%.*s: %.*s\r\n", STR_ARG(key), STR_ARG(value));
	buf_addf(&b, "Content-Length: %td\r\nConnection: close\r\n\r\n%.*s", body.len,
		STR_ARG(body));
	return buf_str(&b);
}

// http_date reads "Date: Sun, 06 Nov 1994 08:49:37 GMT".
static int64_t http_date(Arena *a, Str answer)
{
	isize at = str_find(answer, S("\nDate: "));
	struct tm tm = {0};

	if (at < 0)
		at = str_find(answer, S("\ndate: "));
	if (at < 0)
		return 0;
	Str rest = str_slice(answer, at + 7, answer.len);
	Str date = str_cut(&rest, '\r');
	return strptime(str_cstr(a, date), "%a, %d %b %Y %H:%M:%S", &tm) ? (int64_t)timegm(&tm) : 0;
}

static void judge_http(Arena *a, const Endpoint *e, Str answer, Probe *p)
{
	Str status = str_starts(answer, S("HTTP/1.")) ? str_slice(answer, 9, answer.len) : S("");
	Str code = str_slice(status, 0, status.len < 3 ? status.len : 3);

	p->date = http_date(a, answer);
	p->ok = str_eq(code, S("200"));
	if (p->ok) {
		p->text = str_format(a, "%.*s takes %.*s", STR_ARG(e->shown), STR_ARG(e->protocol));
		return;
	}
	if (code.len == 0) {
		p->text = str_format(a, "%.*s does not answer in HTTP", STR_ARG(e->shown));
		p->help = S("gRPC is at port 4317 usually, HTTP at 4318: "
			    "OTEL_EXPORTER_OTLP_PROTOCOL chooses");
		return;
	}
	p->text = str_format(a, "%.*s%.*s answers with status %.*s", STR_ARG(e->shown),
		STR_ARG(e->path), STR_ARG(code));
	if (str_eq(code, S("401")) || str_eq(code, S("403")))
		p->help = S("OTEL_EXPORTER_OTLP_HEADERS carries a key, if it wants one");
	else if (str_eq(code, S("404")) || str_eq(code, S("405")))
		p->help = S("it is a web server, but none for OTLP at that path");
	else if (str_eq(code, S("415")))
		p->help = S("OTEL_EXPORTER_OTLP_PROTOCOL chooses http/protobuf or http/json");
}

// ---- gRPC over HTTP/2

enum { FRAME_HEAD = 9, FRAME_DATA = 0, FRAME_HEADERS = 1, FRAME_SETTINGS = 4 };
enum { END_STREAM = 1, END_HEADERS = 4 };

static void put_frame(StrBuf *b, int type, int flags, int stream, Str payload)
{
	const char head[FRAME_HEAD] = {(char)(payload.len >> 16), (char)(payload.len >> 8),
		(char)payload.len, (char)type, (char)flags, 0, 0, 0, (char)stream};

	buf_add(b, (Str){head, FRAME_HEAD});
	buf_add(b, payload);
}

// put_length writes an HPACK length: seven bits, then more of them in the following bytes.
static void put_length(StrBuf *b, isize n)
{
	char bytes[4];
	isize count = 0;

	if (n < 127) {
		bytes[count++] = (char)n;
	} else {
		bytes[count++] = 127;
		for (n -= 127; n >= 128 && count < countof(bytes) - 1; n >>= 7)
			bytes[count++] = (char)((n & 127) | 128);
		bytes[count++] = (char)n;
	}
	buf_add(b, (Str){bytes, count});
}

static void put_text(StrBuf *b, Str s)
{
	put_length(b, s.len);
	buf_add(b, s);
}

// put_named writes a header whose name is in HPACK's table, put_header any other; neither
// is added to the table of the other side.
static void put_named(StrBuf *b, Str index, Str value)
{
	buf_add(b, index);
	put_text(b, value);
}

static void put_header(StrBuf *b, Str name, Str value)
{
	buf_add(b, (Str){"\0", 1});
	put_text(b, name);
	put_text(b, value);
}

static Str grpc_question(Arena *a, const Endpoint *e, Str headers)
{
	StrBuf b = {.arena = a}, h = {.arena = a};
	Str key, value;

	buf_add(&h, S("\x83\x86")); // :method POST, :scheme http
	put_named(&h, S("\x04"), e->path);
	put_named(&h, S("\x01"), e->authority);
	put_named(&h, S("\x0f\x10"), S("application/grpc"));
	put_header(&h, S("te"), S("trailers"));
	while (next_header(a, &headers, &key, &value))
		put_header(&h, key, value);
	buf_add(&b, S("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
	put_frame(&b, FRAME_SETTINGS, 0, 0, S(""));
	put_frame(&b, FRAME_HEADERS, END_HEADERS, 1, buf_str(&h));
	put_frame(&b, FRAME_DATA, END_STREAM, 1, (Str){"\0\0\0\0\0", 5}); // an empty message
	return buf_str(&b);
}

typedef struct {
	int type, flags, stream;
	Str payload;
} Frame;

static bool next_frame(Str *rest, Frame *out)
{
	const unsigned char *p = (const unsigned char *)rest->p;

	if (rest->len < FRAME_HEAD)
		return false;
	isize size = (isize)p[0] << 16 | p[1] << 8 | p[2];
	if (rest->len - FRAME_HEAD < size)
		return false;
	*out = (Frame){.type = p[3],
		.flags = p[4],
		.stream = p[5] << 24 | p[6] << 16 | p[7] << 8 | p[8],
		.payload = str_slice(*rest, FRAME_HEAD, FRAME_HEAD + size)};
	*rest = str_slice(*rest, FRAME_HEAD + size, rest->len);
	return true;
}

static bool grpc_done(Str answer)
{
	Frame f;

	if (str_starts(answer, S("HTTP/1.")))
		return true;
	while (next_frame(&answer, &f))
		if (f.stream == 1 && (f.flags & END_STREAM) && f.type <= FRAME_HEADERS)
			return true;
	return false;
}

// judge_grpc: a call that succeeds answers with a message; one that fails has none, only
// headers.
static void judge_grpc(Arena *a, const Endpoint *e, Str answer, Probe *p)
{
	bool http2 = false, answered = false;
	Frame f;

	for (Str rest = answer; next_frame(&rest, &f);) {
		http2 |= f.type == FRAME_SETTINGS && f.stream == 0;
		answered |= f.stream == 1 && f.type == FRAME_HEADERS;
		p->ok |= f.stream == 1 && f.type == FRAME_DATA && f.payload.len >= 5;
	}
	p->ok &= http2;
	if (p->ok) {
		p->text = str_format(a, "%.*s takes OTLP over gRPC", STR_ARG(e->shown));
	} else if (!http2) {
		p->text = str_format(a, "%.*s does not speak gRPC (HTTP/2)", STR_ARG(e->shown));
		p->help =
			S("if it speaks OTLP over HTTP: OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf");
	} else {
		p->text = answered ? str_format(a, "%.*s speaks gRPC, and refuses OTLP",
					     STR_ARG(e->shown))
				   : str_format(a, "%.*s speaks HTTP/2, and does not answer",
					     STR_ARG(e->shown));
		p->help = S("is it a Collector, or what else? OTEL_EXPORTER_OTLP_HEADERS carries a "
			    "key");
	}
}

// ---- together

static bool sends_nothing(Arena *a, const char *signal, Probe *p)
{
	Str exporter = env_get(str_format(a, "OTEL_%s_EXPORTER", signal));

	if (exporter.len == 0)
		return false;
	for (Str rest = exporter; rest.len > 0;)
		if (str_eq(str_trim(str_cut(&rest, ',')), S("otlp")))
			return false;
	p->text = str_format(a, "not asked: OTEL_%s_EXPORTER=%.*s", signal, STR_ARG(exporter));
	return true;
}

static void ask(Arena *a, const char *signal, const Endpoint *e, Probe *p)
{
	Diags diags = {.arena = a};
	bool grpc = str_eq(e->protocol, S("grpc"));
	Str from, headers = environment_signal(a, signal, "HEADERS", &from), answer;
	NetQuestion q = {.text = grpc ? grpc_question(a, e, headers) : http_question(a, e, headers),
		.done = grpc ? grpc_done : http_done,
		.timeout_ms = TIMEOUT_MS};

	if (!net_ask(a, &e->address, &q, &answer, &diags)) {
		p->text = str_format(a, "%.*s (%.*s): %.*s", STR_ARG(e->shown), STR_ARG(e->from),
			STR_ARG(diags.last->text));
		p->help =
			S("start a Collector or Jaeger there, or set OTEL_EXPORTER_OTLP_ENDPOINT; "
			  "'otel run' needs none");
		return;
	}
	if (grpc)
		judge_grpc(a, e, answer, p);
	else
		judge_http(a, e, answer, p);
}

static bool at_once(Str answer)
{
	(void)answer;
	return true;
}

// reach_tls looks only whether somebody listens: we cannot speak TLS.
static void reach_tls(Arena *a, const Endpoint *e, Probe *p)
{
	NetQuestion q = {.done = at_once, .timeout_ms = TIMEOUT_MS};
	Diags diags = {.arena = a};
	Str answer;

	p->ok = net_ask(a, &e->address, &q, &answer, &diags);
	if (p->ok)
		p->text = str_format(a, "%.*s is reached; what it says inside of TLS was not asked",
			STR_ARG(e->shown));
	else
		p->text = str_format(a, "%.*s (%.*s): %.*s", STR_ARG(e->shown), STR_ARG(e->from),
			STR_ARG(diags.last->text));
}

void probe_endpoint(Arena *a, const char *signal, Probe *out)
{
	Endpoint e = {0};
	isize i = 0;

	*out = (Probe){0};
	while (!str_eq(str_from(signal), str_from(signals[i].name)))
		ensure(++i < countof(signals));
	if (sends_nothing(a, signal, out))
		return;
	out->asked = true;
	if (!read_endpoint(a, i, &e)) {
		out->text = str_format(a,
			"%.*s is not http://HOST:PORT, https://HOST:PORT or unix:PATH",
			STR_ARG(e.from));
		out->help = S("for a Collector on this machine: http://localhost:4317");
		return;
	}
	if (e.tls)
		reach_tls(a, &e, out);
	else
		ask(a, signal, &e, out);
}
