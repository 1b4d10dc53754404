#include "cmd/show.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "os/env.h"
#include "os/file.h"

bool wants_word(const GoArgs *args, const char *name)
{
	Str value = goargs_last(args, str_from(name));

	return value.len > 0 && !str_eq(value, S("false")) && !str_eq(value, S("0"));
}

// ---- -x

void show_woven(const Plan *plan)
{
	StrList done = {.arena = plan->decisions.arena};

	for (const Decision *c = plan->decisions.first; c; c = c->next) {
		if (c->verdict != VERDICT_WOVEN || strlist_has(&done, c->package))
			continue;
		strlist_add(&done, c->package);
		fprintf(stderr, "otel: weaving %.*s\n", STR_ARG(c->package));
	}
}

// show_word prints a word so that a shell reads it as one.
static void show_word(Str word)
{
	bool plain = word.len > 0;

	for (isize i = 0; i < word.len && plain; i++) {
		char c = word.p[i];
		plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || str_find(S("-_=./,:@%+"), (Str){&c, 1}) >= 0;
	}
	fputs(plain ? "" : "'", stderr);
	for (isize i = 0; i < word.len; i++)
		word.p[i] == '\'' ? fputs("'\\''", stderr) : fputc(word.p[i], stderr);
	fputs(plain ? "" : "'", stderr);
}

void show_command(const StrList *env, const StrList *argv)
{
	for (isize i = 0; i < env->n; i++) {
		show_word(env->v[i]);
		fputs(" \\\n", stderr);
	}
	for (isize i = 0; i < argv->n; i++) {
		fputs(i ? " " : "", stderr);
		show_word(argv->v[i]);
	}
	fputc('\n', stderr);
}

// ---- the line

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool is_watched(void)
{
	return isatty(STDERR_FILENO) == 1 && env_get(S("CI")).len == 0 &&
	       !str_eq(env_get(S("TERM")), S("dumb")) && env_get(S("TERM")).len > 0;
}

bool progress_start(Arena *a, const GoArgs *args, const Plan *plan, Progress *out)
{
	bool builds = str_eq(args->command, S("build")) || str_eq(args->command, S("install"));
	bool talks = wants_word(args, "v") || wants_word(args, "x") || wants_word(args, "n");
	Diags none = {.arena = a};

	*out = (Progress){.arena = a, .start_ms = now_ms()};
	out->counter = str_format(a, "%.*s/progress-%ld", STR_ARG(plan->dir), (long)getpid());
	out->on = builds && !talks && is_watched() &&
		  file_write_atomic(out->counter, S(""), 0600, &none);
	return out->on;
}

static void erase(Progress *p)
{
	if (p->painted)
		fputs("\r\033[K", stderr);
	p->painted = false;
}

static void paint(Progress *p)
{
	enum { PATIENCE_MS = 1000 };
	int64_t took = now_ms() - p->start_ms;
	FileInfo info;

	if (p->mid_line || took < PATIENCE_MS || !file_stat(p->counter, &info) || info.size == 0)
		return;
	fprintf(stderr, "\r\033[Kotel: compiling, %lld packages so far, %lld s",
		(long long)info.size, (long long)took / 1000);
	p->painted = true;
}

void progress_piece(void *progress, Str piece)
{
	Progress *p = progress;

	if (piece.len == 0) {
		paint(p);
		return;
	}
	erase(p);
	fwrite(piece.p, 1, (size_t)piece.len, stderr);
	p->mid_line = piece.p[piece.len - 1] != '\n';
}

void progress_end(Progress *p)
{
	Diags none = {.arena = p->arena};

	erase(p);
	if (p->on)
		file_remove_tree(p->counter, &none);
}

void progress_count(void)
{
	Str counter = env_get(S("OTEL_GO_PROGRESS"));
	CPath c;

	if (counter.len == 0)
		return;
	int fd = open(path_c(&c, counter), O_WRONLY | O_APPEND | O_CLOEXEC);
	if (fd < 0)
		return;
	// One byte, appended, is counted whole whoever writes at the same time.
	ssize_t n = write(fd, "+", 1);
	(void)n;
	close(fd);
}
