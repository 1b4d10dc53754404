#include "cmd/shared.h"

#include <errno.h>
#include <nettle/base64.h>
#include <nettle/sha2.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "os/env.h"
#include "os/file.h"
#include "plan/goflags.h"
#include "text/json.h"

enum { PATIENCE_MS = 60 * 1000, ID = SHA256_DIGEST_SIZE, PIECE = 1 << 14 };

// ---- the program

// give_up is for a program that is not there, ends early or says what we don't understand.
static bool give_up(Shared *s)
{
	s->broken = true;
	return false;
}

static bool send(Shared *s, Str text)
{
	while (text.len > 0) {
		ssize_t n = write(s->proc.in, text.p, (size_t)text.len);
		if (n < 0 && errno != EINTR)
			return give_up(s);
		text = str_slice(text, n > 0 ? n : 0, text.len);
	}
	return true;
}

// read_line reads one answer.
static bool read_line(Shared *s, Str *line)
{
	for (;;) {
		Str rest = str_slice(buf_str(&s->read), s->taken, s->read.len);
		isize end = str_find(rest, S("\n"));
		if (end >= 0) {
			*line = str_slice(rest, 0, end);
			s->taken += end + 1;
			return true;
		}
		struct pollfd fd = {.fd = s->proc.out, .events = POLLIN};
		if (poll(&fd, 1, PATIENCE_MS) <= 0)
			return give_up(s);
		char *to = buf_space(&s->read, PIECE);
		ssize_t n = read(s->proc.out, to, PIECE);
		if (n <= 0)
			return give_up(s);
		s->read.len += n;
	}
}

// answer reads until the request with this number is answered. The JSON is the stream's.
static bool answer(Shared *s, int id, Source *src, JsonStream *stream, json_t **out)
{
	Diags none = {.arena = s->arena};

	for (;;) {
		*src = (Source){.name = S("GOCACHEPROG")};
		*stream = (JsonStream){.src = src};
		if (!read_line(s, &src->text))
			return false;
		if (!json_next(stream, out, &none) || !*out)
			return give_up(s);
		if (json_integer_value(json_object_get(*out, "ID")) == id)
			return true;
		json_stop(stream);
	}
}

static bool start(Shared *s)
{
	StrList argv = {.arena = s->arena};
	const ProcSpec spec = {.argv = &argv, .give_in = true, .capture_out = true};
	Diags none = {.arena = s->arena};
	Source src;
	JsonStream stream;
	json_t *hello;

	if (s->started || s->broken)
		return !s->broken;
	s->read.arena = s->commands.arena = s->arena;
	goargs_words(env_get(S("GOCACHEPROG")), &argv);
	if (argv.n == 0 || !proc_start(&spec, &s->proc, &none))
		return give_up(s);
	s->started = true;
	signal(SIGPIPE, SIG_IGN); // it may end at any time; it has the default itself
	if (!answer(s, 0, &src, &stream, &hello))
		return false;
	jstrs(hello, "KnownCommands", &s->commands);
	json_stop(&stream);
	return true;
}

void shared_close(Shared *s)
{
	ProcResult res;

	if (!s->started)
		return;
	if (s->broken)
		kill(s->proc.pid, SIGTERM);
	else
		send(s, str_format(s->arena, "{\"ID\":%d,\"Command\":\"close\"}\n", ++s->id));
	proc_wait(s->arena, &s->proc, &res);
	signal(SIGPIPE, SIG_DFL);
	*s = (Shared){.arena = s->arena, .broken = true};
}

// ---- what it keeps

static Str base64(Arena *a, Str bytes)
{
	isize n = (isize)BASE64_ENCODE_RAW_LENGTH((size_t)bytes.len);
	char *to = arena_array(a, char, n + 1);

	base64_encode_raw(to, (size_t)bytes.len, (const uint8_t *)bytes.p);
	return (Str){to, n};
}

static int digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

// action_of returns the name that a file has there: its digest, from DIGEST-d.
static Str action_of(Arena *a, Str path)
{
	Str name = path_base(path);
	char *id = arena_array(a, char, ID);

	ensure(name.len == 2 * ID + 2);
	for (isize i = 0; i < ID; i++)
		id[i] = (char)(digit(name.p[2 * i]) << 4 | digit(name.p[2 * i + 1]));
	return base64(a, (Str){id, ID});
}

static Str output_of(Arena *a, Str text)
{
	struct sha256_ctx ctx;
	uint8_t *id = arena_array(a, uint8_t, ID);

	sha256_init(&ctx);
	sha256_update(&ctx, (size_t)text.len, (const uint8_t *)text.p);
	sha256_digest(&ctx, ID, id);
	return base64(a, (Str){(const char *)id, ID});
}

void shared_put(Shared *s, Str path)
{
	Arena *a = s->arena;
	Diags none = {.arena = a};
	Source src;
	JsonStream stream;
	json_t *done;
	Str text;

	if (!start(s) || !strlist_has(&s->commands, S("put")) || !file_read(a, path, &text, &none))
		return;
	Str request = str_format(a,
		"{\"ID\":%d,\"Command\":\"put\",\"ActionID\":\"%.*s\",\"OutputID\":\"%.*s\","
		"\"BodySize\":%td}\n",
		++s->id, STR_ARG(action_of(a, path)), STR_ARG(output_of(a, text)), text.len);
	if (send(s, request) && send(s, S("\"")) && send(s, base64(a, text)) &&
		send(s, S("\"\n")) && answer(s, s->id, &src, &stream, &done))
		json_stop(&stream);
}

// take copies the file that an answer names, if it is the one that was put.
static bool take(Arena *a, const json_t *found, Str path)
{
	Diags none = {.arena = a};
	Str from = jstr(found, "DiskPath"), text;

	return from.len > 0 && file_read(a, from, &text, &none) &&
	       str_eq(jstr(found, "OutputID"), output_of(a, text)) &&
	       dir_make_all(path_dir(path), &none) && file_write_atomic(path, text, 0600, &none);
}

bool shared_get(Shared *s, Str path)
{
	Arena *a = s->arena;
	Source src;
	JsonStream stream;
	json_t *found;

	if (!start(s) || !strlist_has(&s->commands, S("get")))
		return false;
	Str request = str_format(a, "{\"ID\":%d,\"Command\":\"get\",\"ActionID\":\"%.*s\"}\n",
		++s->id, STR_ARG(action_of(a, path)));
	if (!send(s, request) || !answer(s, s->id, &src, &stream, &found))
		return false;
	bool there = take(a, found, path);
	json_stop(&stream);
	return there;
}
