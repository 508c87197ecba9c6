#!/bin/sh
# Installs what a checkout needs and does not have yet. Safe to run at any time; says nothing when nothing is missing.
#
#   setup.sh [all|node|system]
#
#   node     npm packages of this checkout, with the pinned Node.js among them
#   system   Debian packages of debian-packages.txt (root or sudo needed when one is missing); a current iPXE and the
#            simulator of the vCenter lab in the cache folder (EDGEBOOT_CACHE_DIR, else XDG_CACHE_HOME/edgeboot, else
#            ~/.cache/edgeboot)
#
# Exit codes: 0 done, 1 failed, 2 wrong usage, 3 something has to be done by hand first (it is printed).
set -eu

here=$(cd "$(dirname "$0")" && pwd)

# Only the vCenter lab of the tests needs it, and what a release of the library has may differ: an error in CI, elsewhere a
# warning.
simulator() {
  sh "$here/setup/vcenter-simulator.sh" >/dev/null || {
    [ "${CI:-}" != true ] || exit 1
    echo 'setup: Going on without the simulator: only the tests with a vCenter need it.' >&2
  }
}

case ${1:-all} in
  all)
    sh "$here/setup/system.sh"
    sh "$here/setup/node.sh"
    sh "$here/setup/ipxe.sh"
    simulator
    ;;
  node) sh "$here/setup/node.sh" ;;
  system)
    sh "$here/setup/system.sh"
    sh "$here/setup/ipxe.sh"
    simulator
    ;;
  *)
    echo 'usage: setup.sh [all|node|system]' >&2
    exit 2
    ;;
esac
