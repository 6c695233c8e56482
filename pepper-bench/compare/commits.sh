#!/usr/bin/env bash
# Compares the benchmarks of this checkout with those of a commit, in turns in one run.
#
#   pepper-bench/compare/commits.sh COMMIT PlannerBenchmark OpenBenchmark [--rounds=6] [--percent=5] [JMH options]
#
# The commit is checked out and built in target/bench/COMMIT, and stays there for the next time. Exit code 1: something is slower.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
[ $# -ge 2 ] || { sed -n '2,6p' "$0" >&2; exit 2; }
commit="$(git -C "$root" rev-parse --verify "$1^{commit}")"
shift
base="$root/target/bench/${commit:0:12}"
maven="$(command -v mvn || echo "$root/mvnw")"

if [ ! -e "$base/built" ]; then
  rm -rf "$base"
  mkdir -p "$base"
  git -C "$root" archive "$commit" | tar -x -C "$base"
  "$maven" -q -B -ntp -f "$base/pom.xml" -pl pepper-bench -am package -DskipTests
  touch "$base/built"
fi
"$maven" -q -B -ntp -f "$root/pom.xml" -pl pepper-bench -am package -DskipTests
exec java -cp "$root/pepper-bench/target/classes:$root/pepper-bench/target/lib/*" io.pepper.bench.compare.BenchCompare \
  checkouts "$base" "$root" "$@"
