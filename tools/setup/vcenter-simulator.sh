#!/bin/sh
# Builds the simulator behind the vCenter lab (test/lab/vcenter/simulator) from Debian's Go packages, without the network.
#
# The program goes into the cache (EDGEBOOT_CACHE_DIR, else XDG_CACHE_HOME/edgeboot, else ~/.cache/edgeboot) under a key
# of its sources and the versions it is made of, and is not built again while those stay the same. The last line on
# standard output is its path; everything else goes to standard error.
# Exit codes: 0 done, 1 failed, 3 something has to be done by hand first (it is printed).
set -eu

checkout=$(cd "$(dirname "$0")/../.." && pwd)
sources=$checkout/test/lab/vcenter/simulator
library=golang-github-vmware-govmomi-dev
# Debian's own, never a newer one from elsewhere on the path.
go=/usr/bin/go

note() { printf 'setup: %s\n' "$*" >&2; }

govmomi=$(dpkg-query -W -f='${db:Status-Abbrev}${Version}' "$library" 2>/dev/null) || govmomi=
case $govmomi in 'ii '*) ;; *) govmomi= ;; esac
if [ ! -x "$go" ] || [ -z "$govmomi" ]; then
  note "the vCenter lab needs the Debian packages golang-go and $library; run: sh $checkout/tools/setup.sh system"
  exit 3
fi

unset GOROOT GOFLAGS GOOS GOARCH GOEXPERIMENT
export GO111MODULE=off GOPATH=/usr/share/gocode GOTOOLCHAIN=local GOPROXY=off CGO_ENABLED=0

cache=${EDGEBOOT_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/edgeboot}/vcenter-simulator
key=$({ cat "$sources"/*.go "$0"; "$go" version; echo "$govmomi"; } | sha256sum | cut -c 1-16)
program=$cache/$key/simulator

deliver() {
  printf '%s\n' "$program"
  exit 0
}

[ ! -x "$program" ] || deliver

mkdir -p "$cache/$key"
exec 9>"$cache/.lock"
flock -n 9 || {
  note 'another build of the vCenter simulator is running; waiting for it'
  flock -w 900 9 || {
    note "waited 15 minutes for it ($cache/.lock)"
    exit 1
  }
}
[ ! -x "$program" ] || deliver

work=$(mktemp -d "$cache/.build.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

note 'building the vCenter simulator (up to two minutes, once)'
(cd "$sources" && exec "$go" build -trimpath -o "$work/simulator" .) >"$work/log" 2>&1 9>&- </dev/null || {
  cat "$work/log" >&2
  note 'building the vCenter simulator failed (see above)'
  exit 1
}
mv "$work/simulator" "$program"
deliver
