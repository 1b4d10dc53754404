#include <string.h>

#include "base/rune.h"
#include "text/quote.h"
#include "text/template_tree.h"

enum { MAX_WIDTH = 1000 };

// What stands between % and its end.
typedef struct {
	bool minus, plus, zero;
	int width, precision; // -1: none
	char verb;
} Spec;

static isize runes(Str s)
{
	isize n = 0;
	int width;

	for (isize i = 0; i < s.len; i += width, n++)
		rune_decode(s.p + i, s.len - i, &width);
	return n;
}

static void add_times(StrBuf *b, char c, isize n)
{
	for (isize i = 0; i < n; i++)
		buf_add(b, (Str){&c, 1});
}

// add_padded adds s, with as many spaces as make it as wide as is asked.
static void add_padded(StrBuf *b, const Spec *spec, Str s)
{
	isize fill = spec->width - runes(s);

	if (!spec->minus)
		add_times(b, ' ', fill);
	buf_add(b, s);
	if (spec->minus)
		add_times(b, ' ', fill);
}

// cut_to returns the first n characters of s; all if n is below 0.
static Str cut_to(Str s, int n)
{
	isize end = 0;
	int width;

	for (; n > 0 && end < s.len; end += width, n--)
		rune_decode(s.p + end, s.len - end, &width);
	return n < 0 ? s : str_slice(s, 0, end);
}

static void add_text(Arena *a, StrBuf *b, const Spec *spec, Str s)
{
	StrBuf quoted = {.arena = a};

	s = cut_to(s, spec->precision);
	if (spec->verb == 'q') {
		quote_add(&quoted, s, '"');
		s = buf_str(&quoted);
	}
	add_padded(b, spec, s);
}

static void add_rune(Arena *a, StrBuf *b, const Spec *spec, int64_t number)
{
	StrBuf quoted = {.arena = a};
	char utf8[4];
	int32_t rune = number < 0 || number > RUNE_MAX ? RUNE_BAD : (int32_t)number;

	quote_add(&quoted, (Str){utf8, rune_encode(rune, utf8)}, '\'');
	add_padded(b, spec, buf_str(&quoted));
}

static void add_number(Arena *a, StrBuf *b, const Spec *spec, int64_t number)
{
	StrBuf all = {.arena = a};
	Str sign = number < 0 ? S("-") : spec->plus ? S("+") : S("");
	uint64_t size = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
	Str digits = str_format(a, "%llu", (unsigned long long)size);
	isize least = spec->precision;

	if (number == 0 && spec->precision == 0)
		sign = digits = S("");
	if (spec->precision < 0 && spec->zero && !spec->minus)
		least = spec->width - sign.len;
	buf_add(&all, sign);
	add_times(&all, '0', least - digits.len);
	buf_add(&all, digits);
	add_padded(b, spec, buf_str(&all));
}

// ---- one value

static const char *fitting_verbs(TemplateKind kind)
{
	switch (kind) {
	case TEMPLATE_NIL: return "v";
	case TEMPLATE_BOOL: return "tv";
	case TEMPLATE_NUMBER: return "dqv";
	case TEMPLATE_TEXT:
	case TEMPLATE_PAIR:
	case TEMPLATE_DATA: return "sqv";
	case TEMPLATE_LIST: return "sdqvt";
	}
	return "";
}

static bool add_value(Run *r, const Node *n, StrBuf *b, const Spec *spec, const TemplateValue *v);

static bool add_list(Run *r, const Node *n, StrBuf *b, const Spec *spec, const TemplateValue *list)
{
	buf_add(b, S("["));
	for (isize i = 0; i < list->n; i++) {
		buf_add(b, i > 0 ? S(" ") : S(""));
		if (!add_value(r, n, b, spec, &list->list[i]))
			return false;
	}
	buf_add(b, S("]"));
	return true;
}

static void add_pair(Arena *a, StrBuf *b, const Spec *spec, const TemplateValue *pair)
{
	buf_add(b, S("{"));
	add_text(a, b, spec, pair->key);
	buf_add(b, S(" "));
	add_text(a, b, spec, pair->text);
	buf_add(b, S("}"));
}

// add_data adds the text that the data stands for.
static bool add_data(Run *r, const Node *n, StrBuf *b, const Spec *spec)
{
	if (!r->data->text.p)
		return run_error(r, n, "there is no text here that '.' stands for");
	add_text(r->arena, b, spec, r->data->text);
	return run_spend(r, n, r->data->text.len);
}

static bool add_value(Run *r, const Node *n, StrBuf *b, const Spec *spec, const TemplateValue *v)
{
	if (!strchr(fitting_verbs(v->kind), spec->verb))
		return run_error(r, n, "'%%%c' does not fit %s", spec->verb, template_kind(v));
	if (!run_spend(r, n, v->key.len + v->text.len + spec->width + spec->precision + 3))
		return false;
	switch (v->kind) {
	case TEMPLATE_NIL: add_padded(b, spec, S("<nil>")); return true;
	case TEMPLATE_BOOL: add_padded(b, spec, v->number ? S("true") : S("false")); return true;
	case TEMPLATE_TEXT: add_text(r->arena, b, spec, v->text); return true;
	case TEMPLATE_PAIR: add_pair(r->arena, b, spec, v); return true;
	case TEMPLATE_LIST: return add_list(r, n, b, spec, v);
	case TEMPLATE_DATA: return add_data(r, n, b, spec);
	case TEMPLATE_NUMBER: break;
	}
	if (spec->verb == 'q')
		add_rune(r->arena, b, spec, v->number);
	else
		add_number(r->arena, b, spec, v->number);
	return true;
}

bool template_write(Run *r, const Node *n, const TemplateValue *v, StrBuf *b)
{
	static const Spec plain = {.precision = -1, .verb = 'v'};

	if (v->kind != TEMPLATE_NIL)
		return add_value(r, n, b, &plain, v);
	buf_add(b, S("<no value>"));
	return true;
}

// ---- printf

// take_int takes digits off *s; -1 if there are none.
static int take_int(Str *s)
{
	int value = 0;
	isize n = 0;

	for (; n < s->len && '0' <= s->p[n] && s->p[n] <= '9'; n++)
		value = value > MAX_WIDTH ? value : 10 * value + (s->p[n] - '0');
	*s = str_slice(*s, n, s->len);
	return n > 0 ? value : -1;
}

// Spec = { "-" | "+" | "0" } [ width ] [ "." [ precision ] ] verb .
// take_spec takes one off *s, from behind the "%" on.
static bool take_spec(Run *r, const Node *n, Str *s, Spec *spec)
{
	Str whole = *s;

	*spec = (Spec){.precision = -1};
	for (; s->len > 0 && s->p[0] && strchr("-+0", s->p[0]); *s = str_slice(*s, 1, s->len)) {
		spec->minus |= s->p[0] == '-';
		spec->plus |= s->p[0] == '+';
		spec->zero |= s->p[0] == '0';
	}
	spec->width = take_int(s);
	if (s->len > 0 && s->p[0] == '.') {
		*s = str_slice(*s, 1, s->len);
		spec->precision = take_int(s);
		spec->precision += spec->precision < 0;
	}
	if (spec->width > MAX_WIDTH || spec->precision > MAX_WIDTH)
		return run_error(r, n, "'printf' writes nothing wider than %d", MAX_WIDTH);
	spec->verb = s->len > 0 ? s->p[0] : 0;
	isize end = whole.len - s->len + (s->len > 0);
	if (!spec->verb || !strchr("sdqvt%", spec->verb))
		return run_error(r, n,
			"'printf' knows %%s %%d %%q %%v %%t and %%%%, found '%%%.*s'", (int)end,
			whole.p);
	if ((spec->plus || spec->zero) && spec->verb != 'd')
		return run_error(r, n,
			"'printf' knows the flags + and 0 with %%d only, found '%%%.*s'", (int)end,
			whole.p);
	*s = str_slice(*s, 1, s->len);
	return true;
}

// format writes the arguments behind the first as format says.
static bool format(Run *r, const Node *n, Str s, Args args, StrBuf *b)
{
	isize used = 1;
	Spec spec;

	while (s.len > 0) {
		bool percent = str_find(s, S("%")) >= 0;
		buf_add(b, str_cut(&s, '%'));
		if (!percent)
			break;
		if (!take_spec(r, n, &s, &spec))
			return false;
		if (spec.verb == '%')
			buf_add(b, S("%"));
		else if (used == args.n)
			return run_error(r, n, "'printf' has no argument for '%%%c'", spec.verb);
		else if (!add_value(r, n, b, &spec, &args.v[used++]))
			return false;
	}
	return used == args.n || run_error(r, n, "'printf' uses %d of its %d arguments",
					 (int)used - 1, (int)args.n - 1);
}

bool template_printf(Run *r, const Node *n, Args args, TemplateValue *out)
{
	StrBuf b = {.arena = r->arena};

	if (args.v[0].kind != TEMPLATE_TEXT)
		return run_error(
			r, n, "'printf' wants a text first, found %s", template_kind(&args.v[0]));
	if (!format(r, n, args.v[0].text, args, &b))
		return false;
	*out = (TemplateValue){.kind = TEMPLATE_TEXT, .text = buf_str(&b)};
	return true;
}
