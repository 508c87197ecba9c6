#!/bin/sh
# Prints the address of the Debian mirror that this machine's own apt uses; exit code 1 when it uses none.
# EDGEBOOT_DEBIAN_MIRROR overrides it.
# shellcheck disable=SC2016 # apt's own format, not the shell's
set -eu

if [ -n "${EDGEBOOT_DEBIAN_MIRROR:-}" ]; then
  printf '%s\n' "${EDGEBOOT_DEBIAN_MIRROR%/}"
  exit 0
fi
command -v apt-get >/dev/null || exit 1

# What the release files say is only known after the first `apt-get update`; until then the path has to do.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null |
  head -n 1)
[ -n "$mirror" ] ||
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -E '/debian/?$' | head -n 1)
[ -n "$mirror" ] || exit 1
printf '%s\n' "${mirror%/}"
