// net.h - one connection, one question, one answer.
//
// For otel doctor alone: the programs that we build send their telemetry themselves. Names are
// looked up by getent, as the C library's own look-up cannot be linked statically.
#ifndef OS_NET_H
#define OS_NET_H

#include "base/diag.h"
#include "base/list.h"

// Where to connect to.
typedef struct {
	Str host, port;
	Str path; // of a Unix socket; host and port are "" then
} NetAddress;

// net_addresses looks up the numeric addresses of a host, in the order to try them.
bool net_addresses(Arena *a, Str host, StrList *out, Diags *d);

// What to send, and how to know the end of the answer.
typedef struct {
	Str text;
	bool (*done)(Str answer); // says whether it is whole
	int timeout_ms;           // for all of it
} NetQuestion;

// net_ask connects, sends the question and collects the answer until it is whole, the other
// side closes, or the time is over. False, with the reason in d, if there is no connection; an
// empty answer is none of our business.
bool net_ask(Arena *a, const NetAddress *to, const NetQuestion *q, Str *answer, Diags *d);

#endif
