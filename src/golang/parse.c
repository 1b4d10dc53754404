#include "golang/parse.h"

#include <pthread.h>

#include "golang/parser.h"

enum {
	NEWEST_GO = 27,
	SHALLOW = 2000, // nesting for which any stack is large enough
};

// The stack of the thread that reads deeply nested files. It is only address space
// until it is used.
static const size_t deep_stack = (size_t)1 << 30;

// One reading of one file.
typedef struct {
	Arena *arena;
	const Source *src;
	ParseOptions opt;
	int32_t max_nesting;
	File file;
	Faults faults; // what was wrong
	bool too_deep; // max_nesting was not enough
} Job;

static void read_file(Job *job)
{
	File *f = &job->file;
	Parser p = {
		.arena = job->arena,
		.tok.at.from = -1,
		.faults = {.arena = job->arena, .src = job->src},
		.go = job->opt.go ? job->opt.go : NEWEST_GO,
		.no_bodies = job->opt.no_bodies,
		.directive_tail = &f->directives,
		.import_tail = &f->imports,
		.max_nesting = job->max_nesting,
		.sync_at = -1,
	};

	*f = (File){.src = job->src};
	p.lx = lex_start(job->src, &p.faults);
	parse_source_file(&p, f, job->opt.imports_only);
	f->seen = p.lx.pos;
	job->too_deep = p.too_deep;
	job->faults = p.faults;
}

static void *read_file_thread(void *job)
{
	read_file(job);
	return NULL;
}

// read_file_deep reads with a larger stack.
static bool read_file_deep(Job *job)
{
	pthread_attr_t attr;
	pthread_t thread;

	if (pthread_attr_init(&attr) != 0)
		return false;
	bool ok = pthread_attr_setstacksize(&attr, deep_stack) == 0 &&
		  pthread_create(&thread, &attr, read_file_thread, job) == 0;
	pthread_attr_destroy(&attr);
	return ok && pthread_join(thread, NULL) == 0;
}

bool parse_file(Arena *a, const Source *src, ParseOptions opt, File *out, Diags *diags)
{
	ArenaMark start = arena_mark(a);
	Job job = {.arena = a, .src = src, .opt = opt, .max_nesting = SHALLOW};

	*out = (File){.src = src};
	read_file(&job);
	if (job.too_deep) {
		arena_rewind(a, start);
		job.max_nesting = MAX_NESTING;
		if (!read_file_deep(&job))
			return diag_error(diags, src, (Span){0, 0}, "nested too deeply");
	}

	*out = job.file;
	if (job.faults.n == 0)
		return true;

	int32_t from = job.faults.first_offset;
	out->error = job.faults.first_place;
	out->error_offset = from;
	return diag_error(diags, src, (Span){from, from < src->text.len ? from + 1 : from}, "%.*s",
		STR_ARG(job.faults.first_text));
}
