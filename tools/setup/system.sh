#!/bin/sh
# system.sh LIST...: Debian packages named in these files of the folder tools. Asks for nothing: without the rights to
# install, it prints the command.
set -eu

cd "$(dirname "$0")/.."
packages=$(sed -e 's/#.*//' "$@" | tr -s '[:space:]' ' ')

note() { printf 'setup: %s\n' "$*" >&2; }

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  note 'this is not a Debian or Ubuntu system, so nothing can be installed from here. Needed are the programs of:'
  sed -n '/^[a-z]/s/^/  /p' "$@" >&2
  exit 3
fi

# shellcheck disable=SC2086 # a list of words
present=$(dpkg-query -W -f='${db:Status-Abbrev}${Package}\n' $packages 2>/dev/null | sed -n 's/^ii //p')
missing=
for package in $packages; do
  printf '%s\n' "$present" | grep -qxF -- "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root='sudo -n'
  else
    note 'Debian packages are missing, and installing them needs root. Run this, then try again:'
    printf '  sudo apt-get update && sudo apt-get install --no-install-recommends%s\n' "$missing" >&2
    exit 3
  fi
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
try() {
  # shellcheck disable=SC2086 # nothing, or sudo and its flag
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 "$@" >"$log" 2>&1 </dev/null || {
    cat "$log" >&2
    note "apt-get $1 failed (see above)"
    exit 1
  }
}

note "installing Debian packages:$missing"
try update
# shellcheck disable=SC2086 # a list of words
try install --no-install-recommends $missing
