#include "text/regex.h"

#include <string.h>

#include "base/rune.h"
#include "text/regex_tree.h"

// The pattern becomes a program for a machine that is in many states at once: at each
// character of the text it is at some of the instructions, each of them once at most.

enum { MAX_PROG = 100000 };

typedef enum {
	INST_SET,    // goes to the next instruction with a character of the set
	INST_ASSERT, // goes there without one
	INST_SPLIT,  // goes to the next and to `to`
	INST_JUMP,   // goes to `to`
	INST_MATCH,
} InstKind;

struct RegexInst {
	InstKind kind;
	RegexAssert assertion;
	int32_t to;
	const RuneSet *set;
};

// The states: instructions, in any order.
typedef struct {
	int32_t *v;
	isize n;
} States;

struct RegexWork {
	States now, next;
	int32_t *stack;
	uint32_t *seen; // of each instruction: the round in which it became a state
	uint32_t round;
};

// ---- from tree to program

typedef struct {
	Arena *arena;
	RegexInst *v;
	isize n, cap;
} Prog;

// emit adds an instruction, and returns where it is. What is too much is not
// written, but counted.
static int32_t emit(Prog *p, RegexInst inst)
{
	if (p->n == p->cap && p->n < MAX_PROG) {
		isize cap = p->cap > 0 ? 2 * p->cap : 32;
		RegexInst *v = arena_array(p->arena, RegexInst, cap);
		if (p->n > 0)
			memcpy(v, p->v, (size_t)p->n * sizeof(*v));
		p->v = v;
		p->cap = cap;
	}
	if (p->n < MAX_PROG)
		p->v[p->n] = inst;
	return (int32_t)p->n++;
}

// land says where a chain of instructions goes. Until then each holds in `to` the place
// of the one before it, and the first 0.
static void land(Prog *p, int32_t last, int32_t to)
{
	while (last > 0 && last < MAX_PROG) {
		int32_t before = p->v[last].to;
		p->v[last].to = to;
		last = before;
	}
}

static void emit_node(Prog *p, const RegexNode *n);

static void emit_alternate(Prog *p, const RegexNode *n)
{
	int32_t ends = 0;

	for (const RegexNode *m = n->first; m; m = m->next) {
		if (!m->next) {
			emit_node(p, m);
			break;
		}
		int32_t split = emit(p, (RegexInst){.kind = INST_SPLIT});
		emit_node(p, m);
		ends = emit(p, (RegexInst){.kind = INST_JUMP, .to = ends});
		land(p, split, (int32_t)p->n);
	}
	land(p, ends, (int32_t)p->n);
}

// x{2,4} becomes x x (x (x)?)?, and x{2,} becomes x x x*.
static void emit_repeat(Prog *p, const RegexNode *n)
{
	int32_t ends = 0;

	for (int i = 0; i < n->min && p->n < MAX_PROG; i++)
		emit_node(p, n->first);
	if (n->max < 0) {
		int32_t split = emit(p, (RegexInst){.kind = INST_SPLIT});
		emit_node(p, n->first);
		emit(p, (RegexInst){.kind = INST_JUMP, .to = split});
		land(p, split, (int32_t)p->n);
		return;
	}
	for (int i = n->min; i < n->max && p->n < MAX_PROG; i++) {
		ends = emit(p, (RegexInst){.kind = INST_SPLIT, .to = ends});
		emit_node(p, n->first);
	}
	land(p, ends, (int32_t)p->n);
}

static void emit_node(Prog *p, const RegexNode *n)
{
	switch (n->kind) {
	case RE_EMPTY: break;
	case RE_SET: emit(p, (RegexInst){.kind = INST_SET, .set = &n->set}); break;
	case RE_ASSERT: emit(p, (RegexInst){.kind = INST_ASSERT, .assertion = n->assertion}); break;
	case RE_CONCAT:
		for (const RegexNode *m = n->first; m && p->n < MAX_PROG; m = m->next)
			emit_node(p, m);
		break;
	case RE_ALTERNATE: emit_alternate(p, n); break;
	case RE_REPEAT: emit_repeat(p, n); break;
	}
}

static RegexWork *new_work(Arena *a, isize n)
{
	RegexWork *w = arena_new(a, RegexWork);

	w->now.v = arena_array(a, int32_t, n);
	w->next.v = arena_array(a, int32_t, n);
	w->stack = arena_array(a, int32_t, n);
	w->seen = arena_array(a, uint32_t, n);
	return w;
}

bool regex_compile(Arena *a, Str pattern, Regex *out, Str *why)
{
	RegexNode *tree = regex_parse(a, pattern, why);

	if (!tree)
		return false;
	Prog p = {.arena = a};
	// The first instruction does nothing: 0 is no place to go to.
	emit(&p, (RegexInst){.kind = INST_JUMP, .to = 1});
	emit_node(&p, tree);
	emit(&p, (RegexInst){.kind = INST_MATCH});
	if (p.n > MAX_PROG) {
		*why = S("the pattern is too large");
		return false;
	}
	*out = (Regex){p.v, p.n, new_work(a, p.n)};
	return true;
}

// ---- to match

static bool is_word(Str text, isize at)
{
	char c = 0 <= at && at < text.len ? text.p[at] : 0;

	return ('0' <= c && c <= '9') || ('a' <= (c | 0x20) && (c | 0x20) <= 'z') || c == '_';
}

// holds tells whether an assertion is true before the byte at `at`.
static bool holds(RegexAssert assertion, Str text, isize at)
{
	bool begin = at == 0, end = at == text.len;

	switch (assertion) {
	case ASSERT_BEGIN_TEXT: return begin;
	case ASSERT_END_TEXT: return end;
	case ASSERT_BEGIN_LINE: return begin || text.p[at - 1] == '\n';
	case ASSERT_END_LINE: return end || text.p[at] == '\n';
	case ASSERT_WORD: return is_word(text, at - 1) != is_word(text, at);
	case ASSERT_NOT_WORD: return is_word(text, at - 1) == is_word(text, at);
	}
	return false;
}

static bool has_rune(const RuneSet *set, int32_t rune)
{
	isize low = 0, high = set->n;

	while (low < high) {
		isize mid = low + (high - low) / 2;
		if (set->v[mid].to < rune)
			low = mid + 1;
		else
			high = mid;
	}
	return low < set->n && set->v[low].from <= rune;
}

static void push(RegexWork *w, isize *n, int32_t at)
{
	if (w->seen[at] == w->round)
		return;
	w->seen[at] = w->round;
	w->stack[(*n)++] = at;
}

// enter adds to the states all those that an instruction leads to before the next
// character, which is at `at`. It tells whether one of them is the end.
static bool enter(const Regex *re, States *states, int32_t first, Str text, isize at)
{
	RegexWork *w = re->work;
	bool found = false;
	isize n = 0;

	push(w, &n, first);
	while (n > 0) {
		int32_t here = w->stack[--n];
		const RegexInst *inst = &re->prog[here];
		if (inst->kind == INST_JUMP || inst->kind == INST_SPLIT)
			push(w, &n, inst->to);
		if (inst->kind == INST_SPLIT ||
			(inst->kind == INST_ASSERT && holds(inst->assertion, text, at)))
			push(w, &n, here + 1);
		if (inst->kind == INST_SET)
			states->v[states->n++] = here;
		found |= inst->kind == INST_MATCH;
	}
	return found;
}

// step takes all states one character on, to the byte at `at`.
static bool step(const Regex *re, int32_t rune, Str text, isize at)
{
	RegexWork *w = re->work;
	States now = w->now, next = {.v = w->next.v};
	bool found = false;

	w->round++;
	for (isize i = 0; i < now.n && !found; i++)
		if (has_rune(re->prog[now.v[i]].set, rune))
			found = enter(re, &next, now.v[i] + 1, text, at);
	w->now = next;
	w->next = now;
	return found || enter(re, &w->now, 0, text, at); // a match may begin anywhere
}

bool regex_match(const Regex *re, Str text)
{
	RegexWork *w = re->work;
	int width;

	memset(w->seen, 0, (size_t)re->n * sizeof(*w->seen));
	w->round = 1;
	w->now.n = 0;
	bool found = enter(re, &w->now, 0, text, 0);
	for (isize at = 0; !found && at < text.len; at += width) {
		int32_t rune = rune_decode(text.p + at, text.len - at, &width);
		found = step(re, rune, text, at + width);
	}
	return found;
}
