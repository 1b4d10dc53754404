#!/bin/sh
# check.sh all|sample - see README.md.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
otel=$(realpath "${OTEL:-build/otel}")
out=build/properties
mkdir -p "$out"
out=$(realpath "$out")
export GOWORK=off GOFLAGS=

go build -C "$here" -o "$out/properties" .
find "$(go env GOROOT)/src" -type f -name '*.go' | LC_ALL=C sort >"$out/goroot"

run()
{
	what=$1
	shift
	"$out/properties" "$what" --otel "$otel" --allowed "$here/allowed.txt" "$@"
}

if [ "$1" = sample ]; then
	awk 'NR % 5 == 0' "$out/goroot" >"$out/files"
	run text --list "$out/files"
	run std sort text/tabwriter container/list index/suffixarray text/template
	for form in frame span; do
		run text --form $form --list "$out/files"
		run std --form $form sort text/tabwriter container/list
	done
	exit
fi
"$here/../diff/corpus.sh" "$out/corpus"
cat "$out/goroot" "$out/corpus" >"$out/files"
run text --list "$out/files"
for form in full frame span; do
	run std --form $form $(grep -v '^#' "$here/std.txt")
done
for form in frame span; do
	run text --form $form --list "$out/files"
done
run module -- $(grep -v '^#' "$here/modules.txt")
