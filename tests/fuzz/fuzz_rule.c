// Whatever the bytes, a rule file is read or explained, and every place that we
// name is inside it.
#include "fuzz/fuzz.h"
#include "weave/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena a = {0};
	Source src = {S("fuzz.yaml"), {(const char *)data, (isize)size}};
	Diags d = {.arena = &a};
	Rules read = {.exclude.arena = &a, .off.arena = &a, .trust.arena = &a};

	bool ok = rules_read(&a, &src, &read, &d);
	ensure(ok == (d.nerror == 0));
	for (const Rule *r = read.first; r; r = r->next) {
		ensure(r->target.len > 0);
		ensure(0 <= r->at.from && r->at.from <= r->at.to && r->at.to <= (isize)size);
	}
	for (const Diag *diag = d.first; diag; diag = diag->next) {
		ensure(diag->at.from <= diag->at.to && diag->at.to <= (isize)size);
		diag_line(&a, diag);
	}
	arena_free(&a);
	return 0;
}
