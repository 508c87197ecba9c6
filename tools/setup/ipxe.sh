#!/bin/sh
# A current iPXE (2.0 or newer; UEFI boot media need it) unpacked into CACHE/ipxe: ipxe.iso, ipxe-amd64.efi, …, VERSION.
# Taken from the installed package when that is new enough, else from Debian unstable: without root, with package lists
# and settings of its own, signatures checked with Debian's archive keys. Nothing in the system's apt is touched.
set -eu

cache=${EDGEBOOT_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/edgeboot}
here=$(cd "$(dirname "$0")" && pwd)
[ ! -f "$cache/ipxe/VERSION" ] || exit 0

note() { printf 'setup: %s\n' "$*" >&2; }

# give_up REASON: an error in CI, elsewhere a warning, because everything but UEFI boot media works without.
give_up() {
  note "no current iPXE: $1"
  [ "${CI:-}" != true ] || exit 1
  note 'Going on without: UEFI machines cannot be booted from media (BIOS machines and network boot can). The next run tries again;'
  note "or unpack Debian's package ipxe, version 2.0 or newer, so that $cache/ipxe/ipxe.iso and $cache/ipxe/VERSION exist."
  exit 0
}

mkdir -p "$cache"
exec 9>"$cache/.ipxe.lock"
flock -n 9 || {
  note 'another set-up is fetching iPXE; waiting for it'
  flock -w 600 9 || give_up "waited 10 minutes for it ($cache/.ipxe.lock)"
}
[ ! -f "$cache/ipxe/VERSION" ] || exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
# apt reads with a user of its own where it can.
chmod 0755 "$work"

# finish FOLDER VERSION: in place at once or not at all.
finish() {
  printf '%s\n' "$2" >"$1/VERSION"
  rm -rf "$cache/.ipxe.part" "$cache/ipxe"
  cp -r --preserve=links,timestamps "$1" "$cache/.ipxe.part"
  mv -T "$cache/.ipxe.part" "$cache/ipxe"
  exit 0
}

version=$(dpkg-query -W -f='${Version}' ipxe 2>/dev/null || echo 0)
if dpkg --compare-versions "$version" ge 2.0 && [ -f /usr/lib/ipxe/ipxe.iso ]; then
  cp -r /usr/lib/ipxe "$work/ipxe"
  finish "$work/ipxe" "$version"
fi

. "$here/private-apt.sh"

# fetch KEYRING: package lists of unstable and the package.
fetch() {
  rm -rf "$work/apt"
  echo "deb [signed-by=$1] $mirror unstable main" >"$work/unstable.list"
  private_apt -o Dir::Etc::SourceList="$work/unstable.list" -o Dir::Etc::SourceParts=/dev/null update &&
    private_apt -o Dir::Etc::SourceList="$work/unstable.list" -o Dir::Etc::SourceParts=/dev/null download ipxe
}

# An archive keyring from before the current keys: the newest one that this machine's own release publishes, its
# signature checked with what this machine already trusts.
newer_keyring() {
  grep -Eq 'NO_PUBKEY|EXPKEYSIG|is not signed' "$work/log" || return 1
  rm -rf "$work/apt"
  private_apt update && private_apt download debian-archive-keyring &&
    dpkg-deb -x "$work"/apt/debian-archive-keyring_*.deb "$work/keyring"
}

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
command -v apt-get >/dev/null || give_up 'it is fetched with apt-get, which is not here'
mirror=$(sh "$here/debian-mirror.sh") ||
  give_up "this system's apt uses no Debian mirror (EDGEBOOT_DEBIAN_MIRROR can name one)"
[ -f "$keyring" ] || give_up "$keyring is missing (package debian-archive-keyring)"

note 'fetching iPXE 2.0 from Debian unstable'
private_settings
: >"$work/log"
# shellcheck disable=SC2015 # no further branch: any failure is the same failure
fetch "$keyring" || { newer_keyring && fetch "$work/keyring$keyring"; } || {
  cat "$work/log" >&2
  give_up 'Debian unstable could not be read, or its signature not be verified (see above)'
}

dpkg-deb -x "$work"/apt/ipxe_*.deb "$work/unpacked"
finish "$work/unpacked/usr/lib/ipxe" "$(dpkg-deb -f "$work"/apt/ipxe_*.deb Version)"
