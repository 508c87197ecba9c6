#!/bin/sh
# Installs what a checkout needs and does not have yet. Safe to run at any time; says nothing when nothing is missing.
#
#   setup.sh [all|bench|demo|node|system]
#
#   demo     all that the demo and everyday use need: npm packages of this checkout with the pinned Node.js, the dashboard and the program as they are built, Debian packages
#            of debian-packages.txt (root or sudo needed when one is missing), and a current iPXE in the cache folder
#            (EDGEBOOT_CACHE_DIR, else XDG_CACHE_HOME/edgeboot, else ~/.cache/edgeboot)
#   all      that, the Debian packages of debian-packages-tests.txt, and the simulator of the vCenter lab in the cache folder
#   bench    all that, and other programs for the same job, to measure them too: unpacked into the cache folder, not installed
#   node     only the npm packages, and what is built with them
#   system   the same as all, without the npm packages
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
    sh "$here/setup/system.sh" debian-packages.txt debian-packages-tests.txt
    sh "$here/setup/node.sh"
    sh "$here/setup/web.sh"
    sh "$here/setup/program.sh"
    sh "$here/setup/ipxe.sh"
    simulator
    ;;
  bench)
    sh "$0" all
    sh "$here/setup/bench-programs.sh"
    ;;
  demo)
    sh "$here/setup/system.sh" debian-packages.txt
    sh "$here/setup/node.sh"
    sh "$here/setup/web.sh"
    sh "$here/setup/program.sh"
    sh "$here/setup/ipxe.sh"
    ;;
  node)
    sh "$here/setup/node.sh"
    sh "$here/setup/web.sh"
    sh "$here/setup/program.sh"
    ;;
  system)
    sh "$here/setup/system.sh" debian-packages.txt debian-packages-tests.txt
    sh "$here/setup/ipxe.sh"
    simulator
    ;;
  *)
    echo 'usage: setup.sh [all|bench|demo|node|system]' >&2
    exit 2
    ;;
esac
