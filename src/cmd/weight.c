#include "cmd/weight.h"

#include <elf.h>
#include <string.h>

#include "base/list.h"

// What otel brings into a program, by what the names of its symbols hold: a package, as in
// "otel.tool/runtime/hook.Enable" and "type:.eq.otel.tool/runtime…", or a hook's name in its
// target. A program that uses OpenTelemetry's API itself has part of it anyway.
static const struct {
	const char *name, *holds;
} groups[WEIGHT_GROUPS] = {
	{"hooks", ".otel_"},
	{"otel.tool/hooks", "otel.tool/hooks/"},
	{"otel.tool/runtime", "otel.tool/runtime"},
	{"go.opentelemetry.io", "go.opentelemetry.io/"},
	{"github.com/go-logr", "github.com/go-logr/"},
	{"github.com/google/uuid", "github.com/google/uuid"},
	{"github.com/cespare/xxhash", "github.com/cespare/xxhash"},
};

typedef struct {
	Str file;
	Elf64_Ehdr head;
	Str symbols, names; // .symtab and its strings
} Elf;

static bool section(const Elf *e, isize i, Elf64_Shdr *out, Str *bytes)
{
	uint64_t at = e->head.e_shoff + (uint64_t)i * sizeof(*out), size = (uint64_t)e->file.len;

	if (i >= e->head.e_shnum || at > size || sizeof(*out) > size - at)
		return false;
	memcpy(out, e->file.p + at, sizeof(*out));
	if (out->sh_offset > size || out->sh_size > size - out->sh_offset)
		return false;
	*bytes = str_slice(e->file, (isize)out->sh_offset, (isize)(out->sh_offset + out->sh_size));
	return true;
}

static bool read_elf(Str file, Elf *e)
{
	Elf64_Shdr head, names;
	Str bytes;

	*e = (Elf){.file = file};
	if (!str_starts(file, S("\177ELF\2\1")) || file.len < (isize)sizeof(e->head))
		return false;
	memcpy(&e->head, file.p, sizeof(e->head));
	for (isize i = 0; i < e->head.e_shnum; i++) {
		if (!section(e, i, &head, &bytes) || head.sh_type != SHT_SYMTAB)
			continue;
		e->symbols = bytes;
		return section(e, head.sh_link, &names, &e->names);
	}
	return false;
}

static Str name_at(const Elf *e, uint32_t at)
{
	if (at >= e->names.len)
		return S("");
	Str rest = str_slice(e->names, at, e->names.len);
	return str_cut(&rest, '\0');
}

static void add_symbol(const Elf *e, const Elf64_Sym *s, Weight *out)
{
	Str name = name_at(e, s->st_name);

	for (isize i = 0; i < WEIGHT_GROUPS; i++) {
		if (str_find(name, str_from(groups[i].holds)) < 0)
			continue;
		out->bytes[i] += s->st_size;
		out->symbols[i]++;
		return;
	}
}

bool weight_measure(Str file, Str path, Weight *out, Diags *d)
{
	Elf64_Sym s;
	Elf e;

	*out = (Weight){.file = file.len};
	if (!read_elf(file, &e)) {
		diag_error(d, NULL, (Span){0}, "'%.*s' has no symbol table to measure by",
			STR_ARG(path));
		return diag_help(d, "it takes an ELF program, built without -ldflags=-s");
	}
	for (isize at = 0; at + (isize)sizeof(s) <= e.symbols.len; at += sizeof(s)) {
		memcpy(&s, e.symbols.p + at, sizeof(s));
		add_symbol(&e, &s, out);
	}
	return true;
}

static void print_group(const char *name, uint64_t bytes, isize n)
{
	if (n > 0)
		printf("  %-28s %9llu bytes in %td symbols\n", name, (unsigned long long)bytes, n);
}

void weight_print(const Weight *w)
{
	uint64_t bytes = 0;
	isize symbols = 0;

	printf("\nweight: our own code and data. What that uses of the standard library, line "
	       "tables\n"
	       "and debug information come on top: a plain build of the program is the measure\n");
	for (isize i = 0; i < WEIGHT_GROUPS; i++) {
		print_group(groups[i].name, w->bytes[i], w->symbols[i]);
		bytes += w->bytes[i];
		symbols += w->symbols[i];
	}
	print_group("together", bytes, symbols);
	printf("  %-28s %9td bytes\n", "the whole file", w->file);
}

void weight_json(StrBuf *b, const Weight *w)
{
	uint64_t bytes = 0;

	buf_add(b, S("{"));
	for (isize i = 0; i < WEIGHT_GROUPS; i++) {
		buf_addf(b, "\"%s\":%llu,", groups[i].name, (unsigned long long)w->bytes[i]);
		bytes += w->bytes[i];
	}
	buf_addf(b, "\"together\":%llu,\"file\":%td}", (unsigned long long)bytes, w->file);
}
