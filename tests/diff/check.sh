#!/bin/sh
# check.sh all|sample|mutants|LIST - compare our parser with go/parser.
#
# all     GOROOT/src (and test, where there is one) of every Go at hand, and the module corpus
# sample  a third of the GOROOT/src in use, and all testdata there
# mutants $COUNT broken copies of files of GOROOT/src; $SEED decides which
# LIST    the files named in LIST, one path a line
#
# A file under the GOROOT of some Go is compared with that Go's parser, all
# others with the newest. What differs is listed in $OUT/differing.
set -eu
what=$1
here=$(cd "$(dirname "$0")" && pwd)
otel=$(realpath "${OTEL:-build/otel}")
out=${OUT:-build/diff}
toolchains="local ${GO_TOOLCHAINS-go1.25.5 go1.26.0 go1.27.0}"
mkdir -p "$out"
out=$(realpath "$out")
export GOWORK=off GOFLAGS=

# Each Go, oldest first, as: VERSION GOROOT
: >"$out/roots"
for t in $toolchains; do
	root=$(GOTOOLCHAIN=$t go env GOROOT 2>/dev/null) || {
		echo "check-diff: $t is not to be had, left out" >&2
		continue
	}
	echo "$(GOTOOLCHAIN=$t go env GOVERSION) $root" >>"$out/roots"
done
sort -V -u -o "$out/roots" "$out/roots"
newest=$(tail -n 1 "$out/roots" | cut -d' ' -f1)

case $what in
all)
	"$here/corpus.sh" "$out/corpus"
	cut -d' ' -f2 "$out/roots" | while read -r root; do
		find "$root/src" "$root/test" -type f -name '*.go' 2>/dev/null || true
	done | LC_ALL=C sort | cat - "$out/corpus" >"$out/files"
	;;
sample)
	root=$(go env GOROOT)
	find "$root/src" -type f -name '*.go' | LC_ALL=C sort |
		awk 'NR % 3 == 0 || /testdata/' >"$out/files"
	;;
mutants)
	find "$(go env GOROOT)/src" -type f -name '*.go' | LC_ALL=C sort >"$out/goroot"
	rm -rf "$out/mutants"
	go build -C "$here/godump" -o "$out/godump" .
	"$out/godump" mutate --into "$out/mutants" --seed "${SEED:-1}" --count "${COUNT:-1000}" --list "$out/goroot"
	find "$out/mutants" -name '*.go' | LC_ALL=C sort >"$out/files"
	;;
*)
	cp "$what" "$out/files"
	;;
esac

# compare VERSION: the files of standard input, with that Go's parser.
compare()
{
	cat >"$out/part"
	[ -s "$out/part" ] || return 0
	[ "$1" = "$(GOTOOLCHAIN=local go env GOVERSION)" ] && t=local || t=$1
	(cd "$here/godump" && GOTOOLCHAIN=$t go build -o "$out/godump" .)
	"$out/godump" compare --otel "$otel" --list "$out/part" --differing "$out/differ"
	cat "$out/differ" >>"$out/differing"
}

: >"$out/differing"
cp "$out/files" "$out/rest"
while read -r version root; do
	if [ "$version" != "$newest" ]; then
		awk -v dir="$root/" 'index($0, dir) == 1' "$out/rest" | compare "$version"
		awk -v dir="$root/" 'index($0, dir) != 1' "$out/rest" >"$out/rest.new"
		mv "$out/rest.new" "$out/rest"
	fi
done <"$out/roots"
compare "$newest" <"$out/rest"

differences=$(wc -l <"$out/differing")
echo "diff: $(wc -l <"$out/files") files, $differences differences"
[ "$differences" -eq 0 ]
