#include "cmd/environment.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/near.h"
#include "os/env.h"

extern char **environ;

// What a value may be. A list of words is a comma list of them.
#define BOOLEAN "false true"
#define NUMBER "#"
#define ANY NULL

static const struct {
	const char *name, *values;
} known[] = {
	{"OTEL_ATTRIBUTE_COUNT_LIMIT", NUMBER},
	{"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", NUMBER},
	{"OTEL_BLRP_EXPORT_TIMEOUT", NUMBER},
	{"OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", NUMBER},
	{"OTEL_BLRP_MAX_QUEUE_SIZE", NUMBER},
	{"OTEL_BLRP_SCHEDULE_DELAY", NUMBER},
	{"OTEL_BSP_EXPORT_TIMEOUT", NUMBER},
	{"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", NUMBER},
	{"OTEL_BSP_MAX_QUEUE_SIZE", NUMBER},
	{"OTEL_BSP_SCHEDULE_DELAY", NUMBER},
	{"OTEL_CONFIG_FILE", ANY},
	{"OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", NUMBER},
	{"OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
		"explicit_bucket_histogram base2_exponential_bucket_histogram"},
	{"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "cumulative delta lowmemory"},
	{"OTEL_EXPORTER_PROMETHEUS_HOST", ANY},
	{"OTEL_EXPORTER_PROMETHEUS_PORT", NUMBER},
	{"OTEL_GO_CACHE", ANY},
	{"OTEL_GO_DB_ERROR_MESSAGES", ANY},
	{"OTEL_GO_DB_QUERY_TEXT", ANY},
	{"OTEL_GO_DB_RETURNED_ROWS", ANY},
	{"OTEL_GO_DB_SQLCOMMENTER", ANY},
	{"OTEL_GO_DISABLED_INSTRUMENTATIONS", ANY},
	{"OTEL_GO_ENABLED_INSTRUMENTATIONS", ANY},
	{"OTEL_GO_EXCLUDE", ANY},
	{"OTEL_GO_FLUSH_TIMEOUT", ANY},
	{"OTEL_GO_HTTP_BODY_SIZE", ANY},
	{"OTEL_GO_LOG_LINES", ANY},
	{"OTEL_GO_OFF", ANY},
	{"OTEL_GO_OTLP_FOLDER", ANY},
	{"OTEL_GO_PROFILE_LABELS", BOOLEAN},
	{"OTEL_GO_RESOURCE_DETECTORS", "service process host os container k8s lambda hostid none"},
	{"OTEL_GO_RULES", ANY},
	{"OTEL_GO_SELF_METRICS", BOOLEAN},
	{"OTEL_GO_SIGNALS", "traces metrics logs all"},
	{"OTEL_GO_STRICT", ANY},
	{"OTEL_GO_TEST", ANY},
	{"OTEL_GO_TRUSTED_PROXIES", ANY},
	{"OTEL_GO_URL_QUERY", ANY},
	{"OTEL_GO_X_CARDINALITY_LIMIT", NUMBER},
	{"OTEL_GO_X_OBSERVABILITY", BOOLEAN},
	{"OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", NUMBER},
	{"OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", NUMBER},
	{"OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", NUMBER},
	{"OTEL_LOGS_EXPORTER", "otlp otlp_file console none"},
	{"OTEL_LOG_LEVEL", ANY},
	{"OTEL_METRICS_EXEMPLAR_FILTER", "always_on always_off trace_based"},
	{"OTEL_METRICS_EXPORTER", "otlp otlp_file console prometheus none"},
	{"OTEL_METRIC_EXPORT_INTERVAL", NUMBER},
	{"OTEL_METRIC_EXPORT_TIMEOUT", NUMBER},
	{"OTEL_PROPAGATORS", "tracecontext baggage b3 b3multi jaeger xray ottrace none"},
	{"OTEL_RESOURCE_ATTRIBUTES", ANY},
	{"OTEL_SDK_DISABLED", BOOLEAN},
	{"OTEL_SEMCONV_STABILITY_OPT_IN", ANY},
	{"OTEL_SERVICE_NAME", ANY},
	{"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", NUMBER},
	{"OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", NUMBER},
	{"OTEL_SPAN_EVENT_COUNT_LIMIT", NUMBER},
	{"OTEL_SPAN_LINK_COUNT_LIMIT", NUMBER},
	{"OTEL_TRACES_EXPORTER", "otlp otlp_file console none"},
	{"OTEL_TRACES_SAMPLER", "always_on always_off traceidratio parentbased_always_on "
				"parentbased_always_off parentbased_traceidratio"},
	{"OTEL_TRACES_SAMPLER_ARG", ANY},
};

// OTEL_EXPORTER_OTLP_NAME, and OTEL_EXPORTER_OTLP_SIGNAL_NAME.
static const struct {
	const char *name, *values;
} otlp[] = {
	{"CERTIFICATE", ANY},
	{"CLIENT_CERTIFICATE", ANY},
	{"CLIENT_KEY", ANY},
	{"COMPRESSION", "none gzip"},
	{"ENDPOINT", ANY},
	{"HEADERS", ANY},
	{"INSECURE", BOOLEAN},
	{"PROTOCOL", "grpc http/protobuf http/json"},
	{"TIMEOUT", NUMBER},
};
static const char *const signals[] = {"", "TRACES_", "METRICS_", "LOGS_"};

// Names that others may end as they like, and those that we set for ourselves.
static const char *const open_ended[] = {"OTEL_INSTRUMENTATION_", "OTEL_RESOURCE_ATTRIBUTES_",
	"OTEL_GO_ADDED", "OTEL_GO_PLAN", "OTEL_GO_READY", "OTEL_GO_SAVED", "OTEL_GO_STORE",
	"OTEL_GO_HOOKS", "OTEL_GO_ELSEWHERE", "OTEL_GO_AUTO_"};

void environment_names(StrList *out)
{
	for (isize i = 0; i < countof(known); i++)
		strlist_add(out, str_from(known[i].name));
	for (isize i = 0; i < countof(otlp); i++)
		for (isize k = 0; k < countof(signals); k++)
			strlist_add(out, str_format(out->arena, "OTEL_EXPORTER_OTLP_%s%s",
						 signals[k], otlp[i].name));
}

static bool is_open_ended(Str name)
{
	for (isize i = 0; i < countof(open_ended); i++)
		if (str_starts(name, str_from(open_ended[i])))
			return true;
	return false;
}

Str environment_signal(Arena *a, const char *signal, const char *name, Str *from)
{
	*from = str_format(a, "OTEL_EXPORTER_OTLP_%s_%s", signal, name);
	Str own = str_trim(env_get(*from));
	if (own.len > 0)
		return own;
	*from = str_format(a, "OTEL_EXPORTER_OTLP_%s", name);
	return str_trim(env_get(*from));
}

// ---- remarks

static void add(Remark ***end, Arena *a, bool wrong, Str text, Str help)
{
	Remark *r = arena_new(a, Remark);

	*r = (Remark){.wrong = wrong, .text = text, .help = help};
	**end = r;
	*end = &r->next;
}

static bool is_number(Str s)
{
	isize i = s.len > 1 && s.p[0] == '-';

	for (; i < s.len; i++)
		if (!isdigit((unsigned char)s.p[i]))
			return false;
	return s.len > 0;
}

static bool is_word(const char *words, Str value)
{
	Str rest = str_from(words);

	while (rest.len > 0)
		if (str_eq(str_cut(&rest, ' '), value))
			return true;
	return false;
}

static Str lower(Arena *a, Str s)
{
	char *p = arena_array(a, char, s.len + 1);

	for (isize i = 0; i < s.len; i++)
		p[i] = (char)tolower((unsigned char)s.p[i]);
	return (Str){p, s.len};
}

static void check_value(Arena *a, Remark ***end, Str name, Str value, const char *values)
{
	Str rest = lower(a, value);

	if (!values)
		return;
	if (str_eq(str_from(values), S(NUMBER))) {
		if (!is_number(value))
			add(end, a, true,
				str_format(a, "%.*s=%.*s is not a number", STR_ARG(name),
					STR_ARG(value)),
				S("the default is used"));
		return;
	}
	while (rest.len > 0) {
		StrList words = {.arena = a};
		Str word = str_trim(str_cut(&rest, ','));
		if (word.len == 0 || is_word(values, word))
			continue;
		for (Str all = str_from(values); all.len > 0;)
			strlist_add(&words, str_cut(&all, ' '));
		Str near = nearest(&words, word), list = str_join(a, &words, S(", "));
		add(end, a, true,
			str_format(a, "%.*s has '%.*s', which it does not take", STR_ARG(name),
				STR_ARG(word)),
			near.len > 0 ? str_format(a, "did you mean '%.*s'?", STR_ARG(near))
				     : str_format(a, "it takes: %.*s", STR_ARG(list)));
	}
}

static const char *values_of(Arena *a, Str name, bool *found)
{
	*found = true;
	for (isize i = 0; i < countof(known); i++)
		if (str_eq(name, str_from(known[i].name)))
			return known[i].values;
	for (isize i = 0; i < countof(otlp); i++)
		for (isize k = 0; k < countof(signals); k++)
			if (str_eq(name, str_format(a, "OTEL_EXPORTER_OTLP_%s%s", signals[k],
						 otlp[i].name)))
				return otlp[i].values;
	*found = false;
	return NULL;
}

static void check_variable(Arena *a, Remark ***end, Str name, Str value)
{
	StrList names = {.arena = a};
	bool found;
	const char *values = values_of(a, name, &found);

	if (found) {
		check_value(a, end, name, str_trim(value), values);
		return;
	}
	if (is_open_ended(name))
		return;
	environment_names(&names);
	Str near = nearest(&names, name);
	if (near.len > 0)
		add(end, a, true, str_format(a, "%.*s is not known", STR_ARG(name)),
			str_format(a, "did you mean '%.*s'?", STR_ARG(near)));
	else
		add(end, a, false, str_format(a, "%.*s is not known here", STR_ARG(name)), S(""));
}

// ---- contradictions

static bool is_set(const char *name)
{
	return env_get(str_from(name)).len > 0;
}

static bool has_value(const char *name, const char *value)
{
	return str_eq(env_get(str_from(name)), str_from(value));
}

static void check_together(Arena *a, Remark ***end)
{
	Str from, protocol_from;
	Str endpoint = environment_signal(a, "TRACES", "ENDPOINT", &from);
	Str protocol = environment_signal(a, "TRACES", "PROTOCOL", &protocol_from);
	bool grpc = str_eq(protocol, S("grpc")), http = str_starts(protocol, S("http/"));
	Str sampler = env_get(S("OTEL_TRACES_SAMPLER"));

	if (has_value("OTEL_SDK_DISABLED", "true"))
		add(end, a, true, S("OTEL_SDK_DISABLED=true: programs send nothing"),
			S("unset it"));
	if (has_value("OTEL_TRACES_EXPORTER", "none") && endpoint.len > 0)
		add(end, a, true,
			str_format(a, "OTEL_TRACES_EXPORTER=none, although %.*s is set",
				STR_ARG(from)),
			S("unset one of them"));
	if (grpc && str_find(endpoint, S(":4318")) >= 0)
		add(end, a, true,
			str_format(a, "%.*s=grpc, but port 4318 of %.*s is the one for HTTP",
				STR_ARG(protocol_from), STR_ARG(from)),
			S("use port 4317, or the protocol http/protobuf"));
	if (http && str_find(endpoint, S(":4317")) >= 0)
		add(end, a, true,
			str_format(a, "%.*s=%.*s, but port 4317 of %.*s is the one for gRPC",
				STR_ARG(protocol_from), STR_ARG(protocol), STR_ARG(from)),
			S("use port 4318, or the protocol grpc"));
	if (str_ends(sampler, S("always_off")))
		add(end, a, true,
			str_format(a, "OTEL_TRACES_SAMPLER=%.*s: no trace begins here",
				STR_ARG(sampler)),
			S("unset it"));
	if (is_set("OTEL_TRACES_SAMPLER_ARG") && !str_ends(sampler, S("traceidratio")))
		add(end, a, true,
			S("OTEL_TRACES_SAMPLER_ARG is set, but OTEL_TRACES_SAMPLER takes none"),
			S("OTEL_TRACES_SAMPLER=parentbased_traceidratio takes a ratio"));
	if (str_ends(sampler, S("traceidratio")) &&
		atof(str_cstr(a, env_get(S("OTEL_TRACES_SAMPLER_ARG")))) == 0 &&
		is_set("OTEL_TRACES_SAMPLER_ARG"))
		add(end, a, true, S("OTEL_TRACES_SAMPLER_ARG=0: no trace begins here"),
			S("1 is all, 0.1 a tenth"));
	if (env_is_on(S("OTEL_GO_OFF")))
		add(end, a, true, S("OTEL_GO_OFF is set: 'otel go build' builds as plain go does"),
			S("unset it"));
}

Remark **environment_check(Arena *a, Remark **end)
{
	for (char **e = environ; e && *e; e++) {
		Str entry = str_from(*e), name = str_cut(&entry, '=');
		if (str_starts(name, S("OTEL_")) && entry.len > 0)
			check_variable(a, &end, name, entry);
	}
	check_together(a, &end);
	return end;
}
