#include "base/diag.h"

#include <string.h>

static Diag *add(Diags *d, Severity severity, const Source *src, Span at)
{
	Diag *diag = arena_new(d->arena, Diag);

	*diag = (Diag){.severity = severity, .src = src, .at = at};
	if (d->last)
		d->last->next = diag;
	else
		d->first = diag;
	d->last = diag;
	if (severity == DIAG_ERROR)
		d->nerror++;
	else
		d->nwarning++;
	return diag;
}

bool diag_error(Diags *d, const Source *src, Span at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(d, DIAG_ERROR, src, at)->text = str_vformat(d->arena, fmt, ap);
	va_end(ap);
	return false;
}

void diag_warn(Diags *d, const Source *src, Span at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(d, DIAG_WARNING, src, at)->text = str_vformat(d->arena, fmt, ap);
	va_end(ap);
}

bool diag_fault(Diags *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(d, DIAG_ERROR, NULL, (Span){0})->text = str_vformat(d->arena, fmt, ap);
	va_end(ap);
	d->nfault++;
	return false;
}

bool diag_help(Diags *d, const char *fmt, ...)
{
	va_list ap;

	ensure(d->last);
	va_start(ap, fmt);
	d->last->help = str_vformat(d->arena, fmt, ap);
	va_end(ap);
	return false;
}

void diag_harden(Diags *d)
{
	for (Diag *w = d->first; w; w = w->next)
		w->severity = DIAG_ERROR;
	d->nerror += d->nwarning;
	d->nwarning = 0;
}

static bool has(const Diags *d, const Diag *one)
{
	for (const Diag *o = d->first; o; o = o->next)
		if (o->src == one->src && o->at.from == one->at.from && str_eq(o->text, one->text))
			return true;
	return false;
}

void diag_soften(Diags *d, const Diags *from)
{
	for (const Diag *one = from->first; one; one = one->next) {
		if (has(d, one))
			continue;
		Diag *copy = add(d, DIAG_WARNING, one->src, one->at);
		copy->text = one->text;
		copy->help = one->help;
	}
}

void diag_line_col(Str text, int32_t offset, int *line, int *col)
{
	ensure(0 <= offset && offset <= text.len);
	*line = *col = 1;
	for (int32_t i = 0; i < offset; i++) {
		(*col)++;
		if (text.p[i] == '\n') {
			(*line)++;
			*col = 1;
		}
	}
}

Str diag_line(Arena *a, const Diag *d)
{
	const char *severity = d->severity == DIAG_ERROR ? "error" : "warning";
	int line, col;

	if (!d->src)
		return str_format(a, "%s: %.*s", severity, STR_ARG(d->text));
	diag_line_col(d->src->text, d->at.from, &line, &col);
	return str_format(a, "%.*s:%d:%d: %s: %.*s", STR_ARG(d->src->name), line, col, severity,
		STR_ARG(d->text));
}

// A byte inside a UTF-8 character, which takes no column on the screen.
static bool continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

// print_source shows the line that holds the start of the span, and underlines
// what the span covers of it. Tabs stay tabs, so that the marks stand below.
static void print_source(FILE *to, Str text, Span at)
{
	int line, col;

	diag_line_col(text, at.from, &line, &col);
	Str rest = str_slice(text, at.from - (col - 1), text.len);
	Str shown = str_cut(&rest, '\n');
	if (str_ends(shown, S("\r")))
		shown.len--;

	fprintf(to, "%5d | %.*s\n      | ", line, STR_ARG(shown));
	for (isize i = 0; i < col - 1 && i < shown.len; i++) {
		if (!continues(shown.p[i]))
			fputc(shown.p[i] == '\t' ? '\t' : ' ', to);
	}
	fputc('^', to);
	for (isize i = col; i < shown.len && i < col - 1 + at.to - at.from; i++) {
		if (!continues(shown.p[i]))
			fputc('~', to);
	}
	fputc('\n', to);
}

void diag_print(FILE *to, const Diags *d)
{
	for (const Diag *diag = d->first; diag; diag = diag->next) {
		Arena a = {0};

		fprintf(to, "%.*s\n", STR_ARG(diag_line(&a, diag)));
		if (diag->src)
			print_source(to, diag->src->text, diag->at);
		if (diag->help.len > 0)
			fprintf(to, "help: %.*s\n", STR_ARG(diag->help));
		arena_free(&a);
	}
}
