// plan.h - what one build weaves, and all that go has to be given for it.
//
// The plan asks go which packages the build has, holds the rules against
// them, and writes to the cache folder what the build needs: a text for each package
// to weave (weave/spec.h) under the digest that becomes its mark; and a folder, named
// by the digest of what is in it, with the temporary go.work, the overlay and
// the files that it adds.
//
//	CACHE/mark/DIGEST            one Spec
//	CACHE/plan/DIGEST/go.work    and overlay.json, main-0.go, links-0.go …
//
// Nothing is written anywhere else. A plan is kept (plan/memo.h) and used again
// while all that it was made from is as it was.
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "plan/decision.h"
#include "plan/golist.h"
#include "plan/ruleset.h"
#include "weave/spec.h"

typedef struct {
	Str cache; // our cache folder
	Str self;  // path of this program
	Str go;    // path of the go command
	Str rules; // --rules
	bool only_rules;
	bool without_ours; // leave out the rules that come with the tool
	bool strict;       // what does not fit is an error, for the caller to make one
	bool fresh;        // do not believe the memo of an earlier plan
	StrList refused;   // hook packages that have not compiled: left out
	bool together;     // one go has to do it all: nothing that we add is built apart
	bool newer; // our runtime has not compiled with the user's OpenTelemetry: it moves up
} PlanInput;

// Nanoseconds of the processor that the parts of a new plan took us, without go itself.
typedef struct {
	int64_t list;  // to read what go env and go list say
	int64_t rules; // to read all rules
	int64_t match; // to hold them against the packages, whose files are parsed
	int64_t rest;  // to write what go needs
} PlanTimes;

typedef struct {
	bool kept;    // it was made by an earlier build
	bool plain;   // nothing to weave: run go as it was asked to
	bool unfound; // plain, since we have not found a program named path@version
	StrList args; // for go, behind the subcommand
	StrList env;  // for go: "NAME=value"
	// Where what we add is built apart, before that (plan/apart.h): the command, and what its
	// environment has beyond env. "" and none if go builds it with the rest.
	Str added; // the file for what it prints
	StrList adding, adding_env;
	StrList saved; // what env hides from programs that go starts: "NAME=value", or "NAME" if it
		       // was unset
	StrList moved; // modules whose version had to change: "path v1 => v2"
	StrList needs; // files in our cache that the build will read
	Str dir;       // of this plan
	Str said;      // what go would say of the module of path@version, a line each
	Str goflags;   // the user's GOFLAGS, as far as a workspace takes them

	PlanTimes times; // zeros for a kept one

	// What otel explain tells.
	Str go;              // version of Go: "go1.26.8"
	StrList signals;     // that were chosen, sorted
	Decisions decisions; // over each rule
	Program *programs;   // and what is linked into them
} Plan;

// plan_empty returns a plan of nothing, with its lists in a.
Plan plan_empty(Arena *a);

// plan_make computes and writes the plan. False if it cannot; d then says why.
// Warnings in d are about rules, hooks and targets that do not fit each other; a plan
// that was kept does not repeat them.
bool plan_make(Arena *a, const PlanInput *in, const GoArgs *args, Plan *out, Diags *d);

// The last -gcflags that go gets, up to its digest: it stands for all marks.
#define PLAN_MARKS S("-gcflags=./.otel=-otel=")

// plan_additions lists the packages of ours that the build's programs link: the runtime, what
// serves the signals, the hooks.
void plan_additions(const Plan *plan, StrList *out);

// plan_repair mends what others have damaged in our cache folder, if anything: then a
// build that failed may succeed now.
bool plan_repair(Arena *a, const PlanInput *in);

#endif
