#!/bin/sh
# Builds the dashboard into dist/web, unless it is there and as new as all it is made of. Without it the server still
# works, only its pages are missing, so what goes wrong is a warning outside CI.
set -eu

checkout=$(cd "$(dirname "$0")/../.." && pwd)
cd "$checkout"
stamp=dist/web/.built

note() { printf 'setup: %s\n' "$*" >&2; }

is_new() {
  [ -f "$stamp" ] &&
    [ -z "$(find web src/contract src/domain package-lock.json -name node_modules -prune -o -type f -newer "$stamp" -print | head -n 1)" ]
}
! is_new || exit 0

# Two at once: the second waits, and then finds the work done.
mkdir -p .cache
if command -v flock >/dev/null; then
  exec 9>.cache/setup-web.lock
  flock -w 300 9 || exit 1
  ! is_new || exit 0
fi

note 'building the dashboard'
started=$(mktemp)
trap 'rm -f "$started"' EXIT
PATH="$checkout/node_modules/.bin:$PATH" npm run --silent build:web >.cache/setup-web.log 2>&1 9>&- || {
  cat .cache/setup-web.log >&2
  note 'the dashboard could not be built (see above); the server works without it'
  [ "${CI:-}" != true ] || exit 1
  exit 0
}
# As old as the beginning: what changed during the build is built again.
touch -r "$started" "$stamp"
