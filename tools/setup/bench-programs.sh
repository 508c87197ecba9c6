#!/bin/sh
# Programs that benchmarks measure beside this one, unpacked from Debian packages into CACHE/bench-programs: nginx, Caddy, tftpd-hpa with
# the library it needs, VERSION. Nothing is installed, and no server of theirs is started. Those of an earlier release of
# Debian are replaced. One that this release does not have is left out: the benchmarks then go on without it.
set -eu

cache=${EDGEBOOT_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/edgeboot}
here=$(cd "$(dirname "$0")" && pwd)
folder=$cache/bench-programs

note() { printf 'setup: %s\n' "$*" >&2; }

# give_up REASON: a warning, because the benchmarks measure what there is.
give_up() {
  note "no programs to measure beside this one: $1"
  note 'Going on without: tables have only those that are installed (nginx, caddy, tftpd-hpa). The next run tries again.'
  exit 0
}

command -v apt-get >/dev/null || give_up 'they are fetched with apt-get, which is not here'
version="$(. /etc/os-release && echo "${ID:-} ${VERSION_ID:-unstable}") $(dpkg --print-architecture) $(cksum <"$0")"
is_there() { [ "$(cat "$folder/VERSION" 2>/dev/null)" = "$version" ]; }
! is_there || exit 0

mkdir -p "$cache"
exec 9>"$cache/.bench-programs.lock"
flock -n 9 || {
  note 'another set-up is fetching the programs; waiting for it'
  flock -w 600 9 || give_up "waited 10 minutes for it ($cache/.bench-programs.lock)"
}
! is_there || exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
# apt reads with a user of its own where it can.
chmod 0755 "$work"
. "$here/private-apt.sh"

# download PACKAGE [VARIABLE=VALUE…]: into $work/packages.
download() {
  package=$1
  shift
  (cd "$work/packages" && env "$@" timeout 300 apt-get -q download "$package") >>"$work/log" 2>&1 9>&- </dev/null
}

# new_lists: package lists of this machine's own sources, fetched at most once.
new_lists() {
  [ ! -d "$work/apt.conf.d" ] || return 0
  private_settings
  private_apt update
}

# unpack PACKAGE PATH: whether it has such a file, which is then below $work/unpacked. This machine's package lists may be old, or
# there may be none.
unpack() {
  rm -rf "$work/packages"
  mkdir "$work/packages"
  download "$1" || { new_lists && download "$1" APT_CONFIG="$work/apt.conf"; } || {
    tail -n 1 "$work/log" | grep -q 'Unable to locate package' || is_complete=false
    return 1
  }
  dpkg-deb -x "$work/packages/$1"_*.deb "$work/unpacked" && found "$2"
}

# found PATH: where it is below $work/unpacked.
found() { find "$work/unpacked" ! -type d -path "*/$1" | grep .; }

mkdir "$work/unpacked" "$work/out"
: >"$work/log"
is_complete=true
missing=
note 'fetching nginx, Caddy and tftpd-hpa for the benchmarks'
{
  # Before Debian 12 the program was in another package.
  unpack nginx sbin/nginx || unpack nginx-core sbin/nginx || missing="$missing nginx"
  unpack caddy bin/caddy || missing="$missing caddy"
  { unpack tftpd-hpa sbin/in.tftpd && unpack libwrap0 libwrap.so.0; } || missing="$missing tftpd-hpa"
} >/dev/null
if [ -n "$missing" ]; then
  tail -n 20 "$work/log" >&2
  [ "$missing" != ' nginx caddy tftpd-hpa' ] || give_up 'no package could be fetched (see above)'
  note "left out, because there is no package or it could not be fetched (see above):$missing"
fi

for path in sbin/nginx bin/caddy sbin/in.tftpd 'libwrap.so.0*'; do
  for file in $(found "$path"); do cp -P "$file" "$work/out/"; done
done
# What could not be fetched is tried again the next time, what this release does not have is not.
if [ "$is_complete" = true ]; then printf '%s\n' "$version" >"$work/out/VERSION"; fi
# In place at once or not at all.
rm -rf "$cache/.bench-programs.part" "$folder"
cp -r --preserve=links,timestamps,mode "$work/out" "$cache/.bench-programs.part"
mv -T "$cache/.bench-programs.part" "$folder"
