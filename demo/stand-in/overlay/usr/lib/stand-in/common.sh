# Shared by the stand-in's scripts; sourced, POSIX sh.
# shellcheck shell=sh disable=SC2034

LIB=/usr/lib/stand-in
RUN=/run/stand-in
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
HOME=/root
export PATH HOME

# say TEXT: one line on the screen, and on the serial line when the kernel was told of one.
say() {
  printf '%s\n' "$*" >/dev/tty1
  case " $(cat /proc/cmdline) " in
    *' console=ttyS0'*) printf '%s\n' "$*" >/dev/ttyS0 2>/dev/null || true ;;
  esac
}

# The value of NAME=VALUE on the kernel command line, the last one, or nothing.
kernel_argument() {
  # shellcheck disable=SC2013 # words are what a kernel command line consists of
  for word in $(cat /proc/cmdline); do
    case $word in "$1="*) found=${word#"$1="} ;; esac
  done
  printf '%s' "${found-}"
}

# Starts the login prompt on the screen, and on the serial line when there is one.
prompt() {
  systemctl start --no-block getty@tty1.service
  case " $(cat /proc/cmdline) " in
    *' console=ttyS0'*) systemctl start --no-block serial-getty@ttyS0.service ;;
  esac
}

# The first global IPv4 address, or nothing.
address() {
  ip -4 -o address show scope global 2>/dev/null | awk '{ sub("/.*", "", $4); print $4; exit }'
}

# wait_for_address SECONDS
wait_for_address() {
  tries=$(($1 * 5))
  while [ -z "$(address)" ]; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 1
    sleep 0.2
  done
}

# fetch URL FILE CURL-OPTIONS...: like Go's default HTTP client as seen by a server; only a final 200 counts.
fetch() {
  url=$1 file=$2
  shift 2
  status=$(curl --silent --globoff --location --max-redirs 10 --connect-timeout 30 --compressed \
    --user-agent 'Go-http-client/1.1' --header 'Accept:' --header 'Accept-Encoding: gzip' \
    --output "$file" --write-out '%{http_code}' "$@" -- "$url") && [ "$status" = 200 ]
}

# has_header FILE: one of the known first-line comments within the first ten lines.
has_header() {
  head -n 10 "$1" | grep -Eq '^#(cloud-config|kairos-config|node-config)[[:space:]]*$'
}
