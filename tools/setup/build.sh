#!/bin/sh
# Builds a part of this checkout, unless it is there and as new as all it is made of.
#
#   build.sh NAME STAMP WITHOUT COMMAND PATH...
#
#   NAME     what it is, for people
#   STAMP    the file that says when it was built; without it the part is not what the sources say
#   WITHOUT  what happens without it, for people: outside CI a build that fails is a warning
#   COMMAND  the npm script that builds it
#   PATH     what it is made of
set -eu

name=$1 stamp=$2 without=$3 command=$4
shift 4
checkout=$(cd "$(dirname "$0")/../.." && pwd)
cd "$checkout"

note() { printf 'setup: %s\n' "$*" >&2; }

is_new() {
  [ -f "$stamp" ] &&
    [ -z "$(find "$@" package-lock.json -name node_modules -prune -o -type f ! -name '*.test.ts' -newer "$stamp" -print -quit)" ]
}
! is_new "$@" || exit 0

# Two at once: the second waits, and then finds the work done.
log=.cache/setup-$command.log
mkdir -p .cache
if command -v flock >/dev/null; then
  exec 9>".cache/setup-$command.lock"
  flock -w 300 9 || exit 1
  ! is_new "$@" || exit 0
fi

note "building $name"
started=$(mktemp)
trap 'rm -f "$started"' EXIT
PATH="$checkout/node_modules/.bin:$PATH" npm run --silent "$command" >"$log" 2>&1 9>&- || {
  cat "$log" >&2
  # What is there may be older than what it was to be made of.
  rm -f "$stamp"
  note "$name could not be built (see above); $without"
  [ "${CI:-}" != true ] || exit 1
  exit 0
}
# As old as the beginning: what changed during the build is built again.
touch -r "$started" "$stamp"
