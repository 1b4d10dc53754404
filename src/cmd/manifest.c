// manifest.c - otel manifest: what was woven into a program that is built.
//
// The file that we add to a main package holds the manifest as a text (plan/additions.c), which
// the linker lays into the program's data as it is. So it is found by how it begins, in any
// format of executables, and the program need not be run.
#include "cmd/weight.h"

#include <time.h>

#include "base/hash.h"
#include "base/release.h"
#include "cmd/command.h"
#include "os/env.h"
#include "os/file.h"
#include "text/json.h"

static const Str beginning = {"{\"otel\":\"", 9};

// balanced returns the JSON object at the beginning of s, by its braces; "" if it does not
// end in s.
static Str balanced(Str s)
{
	bool quoted = false;
	int depth = 0;

	for (isize i = 0; i < s.len; i++) {
		char c = s.p[i];
		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && c == '{')
			depth++;
		else if (!quoted && c == '}' && --depth == 0)
			return str_slice(s, 0, i + 1);
		else if (c == '\0')
			break;
	}
	return S("");
}

// is_program tells whether a file is an ELF, Mach-O or PE one.
static bool is_program(Str file)
{
	static const Str magics[] = {{"\177ELF", 4}, {"MZ", 2}, {"\xcf\xfa\xed\xfe", 4},
		{"\xce\xfa\xed\xfe", 4}, {"\xca\xfe\xba\xbe", 4}};

	for (isize i = 0; i < countof(magics); i++)
		if (str_starts(file, magics[i]))
			return true;
	return false;
}

// find_manifest looks for it in the bytes of a program. The value is the caller's.
static json_t *find_manifest(Str file, Str *text)
{
	while (file.len > 0) {
		isize at = str_find(file, beginning);
		if (at < 0)
			return NULL;
		*text = balanced(str_slice(file, at, file.len));
		json_t *m = json_loadb(text->p, (size_t)text->len, 0, NULL);
		if (m && jlist(m, "woven") && jstr(m, "bundle").len > 0)
			return m;
		json_decref(m);
		file = str_slice(file, at + 1, file.len);
	}
	return NULL;
}

// ---- what is in it

// The packages that are linked in: the hooks', each once.
static void hook_packages(const json_t *m, StrList *out)
{
	const json_t *woven = jlist(m, "woven"), *package, *rule;
	size_t i, k;

	json_array_foreach(woven, i, package)
	{
		json_array_foreach(jlist(package, "rules"), k, rule)
		{
			Str hook = jstr(rule, "hook_package");
			if (hook.len > 0 && !strlist_has(out, hook))
				strlist_add(out, hook);
		}
	}
	strlist_sort(out);
}

static void print_joined(const char *label, const json_t *list)
{
	printf("%s", label);
	for (size_t i = 0; i < json_array_size(list); i++)
		printf("%s%s", i ? ", " : "", json_string_value(json_array_get(list, i)));
	putchar('\n');
}

static void print_text(const json_t *m, const Weight *weight)
{
	const json_t *package, *rule;
	size_t i, k;

	printf("otel %.*s (bundle %.*s), %.*s\n", STR_ARG(jstr(m, "otel")),
		STR_ARG(jstr(m, "bundle")), STR_ARG(jstr(m, "go")));
	if (jlist(m, "signals"))
		print_joined("signals: ", jlist(m, "signals"));
	if (json_array_size(jlist(m, "extensions")) > 0)
		print_joined("extended by: ", jlist(m, "extensions"));
	if (jstr(m, "rules").len > 0)
		printf("more rules: %.*s\n", STR_ARG(jstr(m, "rules")));
	if (jbool(m, "only_rules"))
		printf("without the rules that come with otel\n");
	json_array_foreach(jlist(m, "woven"), i, package)
	{
		printf("\n%.*s %.*s  mark %.*s\n", STR_ARG(jstr(package, "package")),
			STR_ARG(jstr(package, "version")), STR_ARG(jstr(package, "mark")));
		json_array_foreach(jlist(package, "rules"), k, rule)
		{
			Str hook = jstr(rule, "hook"), path = jstr(rule, "hook_package");
			printf("  %-36.*s %-20.*s %.*s%s%.*s\n", STR_ARG(jstr(rule, "target")),
				STR_ARG(jstr(rule, "rule")), STR_ARG(path), hook.len ? "." : "",
				STR_ARG(hook.len ? hook : jstr(rule, "modifier")));
		}
	}
	if (weight)
		weight_print(weight);
}

// ---- SBOM fragments

// What an SBOM lists: our runtime, the packages that we link in, and the woven ones.
typedef struct {
	const char *role; // "hooks", "extension", "woven" …
	Str name, version, mark;
} Component;

typedef struct {
	Component *v;
	isize n;
} Components;

// version_of returns that of the package's module; of the standard library, whose paths
// begin with no domain, that of Go.
static Str version_of(const json_t *m, const json_t *package)
{
	Str path = jstr(package, "package"), version = jstr(package, "version"), go = jstr(m, "go");
	Str first = str_cut(&path, '/');

	if (version.len > 0 || str_find(first, S(".")) >= 0)
		return version;
	return str_starts(go, S("go")) ? str_slice(go, 2, go.len) : go;
}

static Components components_of(Arena *a, const json_t *m)
{
	StrList hooks = {.arena = a}, extensions = {.arena = a};
	const json_t *woven = jlist(m, "woven"), *package;
	size_t i;

	hook_packages(m, &hooks);
	jstrs(m, "extensions", &extensions);
	isize n = 1 + hooks.n + extensions.n + (isize)json_array_size(woven);
	Components c = {.v = arena_array(a, Component, n)};
	Str version = jstr(m, "otel");
	c.v[c.n++] = (Component){"runtime", S("otel.tool/runtime"), version, S("")};
	for (isize k = 0; k < hooks.n; k++)
		c.v[c.n++] = (Component){"hooks", hooks.v[k], version, S("")};
	for (isize k = 0; k < extensions.n; k++)
		c.v[c.n++] = (Component){"extension", extensions.v[k], S(""), S("")};
	json_array_foreach(woven, i, package)
	{
		c.v[c.n++] = (Component){"woven", jstr(package, "package"), version_of(m, package),
			jstr(package, "mark")};
	}
	return c;
}

// purl returns the package URL: pkg:golang/PATH@VERSION.
static Str purl(Arena *a, const Component *c)
{
	return c->version.len == 0 ? str_format(a, "pkg:golang/%.*s", STR_ARG(c->name))
				   : str_format(a, "pkg:golang/%.*s@%.*s", STR_ARG(c->name),
					     STR_ARG(c->version));
}

static void put(StrBuf *b, const char *before, Str value)
{
	buf_add(b, str_from(before));
	json_quote(b, value);
}

static void put_cyclonedx(StrBuf *b, const json_t *m, Str name, const Components *list)
{
	put(b,
		"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"version\":1,\n"
		"\"metadata\":{\"tools\":{\"components\":[{\"type\":\"application\",\"name\":"
		"\"otel\",\"version\":",
		jstr(m, "otel"));
	put(b, "}]},\n\"component\":{\"type\":\"application\",\"name\":", name);
	buf_add(b, S("}},\n\"components\":["));
	for (isize i = 0; i < list->n; i++) {
		const Component *c = &list->v[i];
		put(b,
			i ? ",\n{\"type\":\"library\",\"name\":"
			  : "\n{\"type\":\"library\",\"name\":",
			c->name);
		put(b, ",\"version\":", c->version);
		put(b, ",\"purl\":", purl(b->arena, c));
		put(b, ",\"properties\":[{\"name\":\"otel:role\",\"value\":", str_from(c->role));
		if (c->mark.len > 0)
			put(b, "},{\"name\":\"otel:mark\",\"value\":", c->mark);
		buf_add(b, S("}]}"));
	}
	buf_add(b, S("]}\n"));
}

// spdx_time is when the document was made: SOURCE_DATE_EPOCH, else now.
static Str spdx_time(Arena *a)
{
	Str epoch = env_get(S("SOURCE_DATE_EPOCH"));
	time_t now = time(NULL);
	struct tm tm;
	char text[32];

	if (epoch.len > 0) {
		now = 0;
		for (isize i = 0; i < epoch.len && epoch.p[i] >= '0' && epoch.p[i] <= '9'; i++)
			now = now * 10 + (epoch.p[i] - '0');
	}
	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return str_dup(a, str_from(text));
}

static void put_spdx(StrBuf *b, const json_t *m, Str text, Str name, const Components *list)
{
	Arena *a = b->arena;
	Hash h;

	hash_init(&h);
	hash_add(&h, text);
	put(b,
		"{\"spdxVersion\":\"SPDX-2.3\",\"dataLicense\":\"CC0-1.0\",\"SPDXID\":\"SPDXRef-"
		"DOCUMENT\",\n\"name\":",
		name);
	put(b, ",\"documentNamespace\":",
		str_format(a, "https://spdx.org/spdxdocs/otel-%.*s", STR_ARG(hash_hex(a, &h))));
	put(b, ",\n\"creationInfo\":{\"created\":", spdx_time(a));
	put(b, ",\"creators\":[", str_format(a, "Tool: otel-%.*s", STR_ARG(jstr(m, "otel"))));
	buf_add(b, S("]},\n\"packages\":["));
	for (isize i = 0; i < list->n; i++) {
		const Component *c = &list->v[i];
		buf_addf(b, "%s\n{\"SPDXID\":\"SPDXRef-%td\",", i ? "," : "", i);
		put(b, "\"name\":", c->name);
		if (c->version.len > 0)
			put(b, ",\"versionInfo\":", c->version);
		put(b, ",\"comment\":",
			c->mark.len > 0
				? str_format(a, "woven by otel, mark %.*s", STR_ARG(c->mark))
				: str_from(c->role));
		put(b,
			",\"downloadLocation\":\"NOASSERTION\",\"filesAnalyzed\":false,"
			"\"externalRefs\":[{"
			"\"referenceCategory\":\"PACKAGE-MANAGER\",\"referenceType\":\"purl\","
			"\"referenceLocator\":",
			purl(a, c));
		buf_add(b, S("}]}"));
	}
	buf_add(b, S("],\n\"relationships\":["));
	for (isize i = 0; i < list->n; i++)
		buf_addf(b,
			"%s\n{\"spdxElementId\":\"SPDXRef-DOCUMENT\",\"relationshipType\":"
			"\"DESCRIBES\",\"relatedSpdxElement\":\"SPDXRef-%td\"}",
			i ? "," : "", i);
	buf_add(b, S("]}\n"));
}

// put_json writes the manifest as it is, and with the weight as one more member.
static void put_json(StrBuf *b, Str text, const Weight *weight)
{
	buf_add(b, str_slice(text, 0, text.len - 1));
	if (weight) {
		buf_add(b, S(",\n\"weight\":"));
		weight_json(b, weight);
	}
	buf_add(b, S("}\n"));
}

static void print_format(
	Arena *a, Str format, const json_t *m, Str text, Str path, const Weight *weight)
{
	Components list = components_of(a, m);
	StrBuf b = {.arena = a};

	if (str_eq(format, S("json")))
		put_json(&b, text, weight);
	else if (str_eq(format, S("cyclonedx")))
		put_cyclonedx(&b, m, path_base(path), &list);
	else if (str_eq(format, S("spdx")))
		put_spdx(&b, m, text, path_base(path), &list);
	else
		print_text(m, weight);
	fwrite(b.p, 1, (size_t)b.len, stdout);
}

int cmd_manifest(Arena *a, const Options *opt, const StrList *args)
{
	Diags d = {.arena = a};
	Flags flags;
	int status;
	Str file, text;

	(void)opt;
	if (!flags_read(a, "manifest", args, &flags, &status))
		return status;
	if (flags.words.n != 1)
		return usage_of("manifest", "of which file? It takes one");
	Str path = flags.words.v[0], format = flags_value(&flags, "format");
	if (flags_has(&flags, "weight") &&
		(str_eq(format, S("spdx")) || str_eq(format, S("cyclonedx"))))
		return usage_of("manifest", "--weight goes with the formats text and json");
	if (file_is_dir(path)) {
		diag_error(&d, NULL, (Span){0}, "'%.*s' is a folder", STR_ARG(path));
		diag_help(&d, "name the program that 'otel go build -o' has written");
		return finish(&d);
	}
	if (!file_read(a, path, &file, &d))
		return finish(&d);
	json_t *m = find_manifest(file, &text);
	if (!m) {
		bool program = is_program(file);
		diag_error(&d, NULL, (Span){0},
			program ? "nothing is woven into '%.*s'" : "'%.*s' is no program",
			STR_ARG(path));
		diag_help(&d, program ? "was it built by 'otel go build'? 'otel explain' says what "
					"that weaves"
				      : "name one that 'otel go build -o' has written");
		return finish(&d);
	}
	Weight weight = {0}, *measured = flags_has(&flags, "weight") ? &weight : NULL;
	if (!measured || weight_measure(file, path, measured, &d))
		print_format(a, format, m, text, path, measured);
	json_decref(m);
	return finish(&d);
}
