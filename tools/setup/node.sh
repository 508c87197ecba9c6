#!/bin/sh
# npm packages of the checkout, exactly as package-lock.json names them. Does nothing when the lock file is the one that
# was installed last.
set -eu

checkout=$(cd "$(dirname "$0")/../.." && pwd)
stamp=$checkout/node_modules/.edgeboot-lock-sha256
cd "$checkout"

note() { printf 'setup: %s\n' "$*" >&2; }

wanted=$(sha256sum package-lock.json | cut -d ' ' -f 1)
installed() { [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; }
! installed || exit 0

# Inside a running npm script the checkout's own packages come first on the path; they are about to be replaced.
PATH=$(printf '%s' "$PATH" | tr ':' '\n' | grep -v 'node_modules/\.bin$' | paste -s -d : -)
export PATH

major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
if [ "$major" -lt 20 ] || ! command -v npm >/dev/null; then
  note "Node.js 20 or newer with npm is needed to install the npm packages; found: $(node -v 2>/dev/null || echo no node), npm $(npm -v 2>/dev/null || echo missing)."
  note 'Install it (Debian 13, Ubuntu 24.10 or newer: sudo apt-get install nodejs npm; elsewhere from nodejs.org) and run this again.'
  exit 3
fi

# Two at once: the second waits, and then finds the work done.
mkdir -p .cache
if command -v flock >/dev/null; then
  exec 9>.cache/setup-node.lock
  flock -n 9 || {
    note 'another set-up of this checkout is running; waiting for it'
    flock -w 900 9 || {
      note "waited 15 minutes for it; see who holds $checkout/.cache/setup-node.lock"
      exit 1
    }
  }
  ! installed || exit 0
fi

# Settings of the npm that is running this script must not reach the one started here.
unset npm_config_workspace npm_config_workspaces npm_config_global npm_config_prefix npm_config_omit npm_config_production

# `npm install --no-save` instead of `npm ci`: it installs the versions and checks the digests of the lock file just the
# same, but `npm ci` refuses lock files that lack packages for foreign platforms, and a lock file made where the registry
# does not carry those (a mirror, say) lacks them. What `npm ci` would also have refused is checked here instead.
# shellcheck disable=SC2016 # JavaScript
node -e '
  const { readFileSync } = require("node:fs")
  const read = (file) => JSON.parse(readFileSync(file, "utf8"))
  const lock = read("package-lock.json").packages
  const groups = ["dependencies", "devDependencies", "optionalDependencies"]
  const folders = ["", ...(read("package.json").workspaces ?? [])]
  const stale = folders.filter((folder) => {
    const wanted = read((folder || ".") + "/package.json")
    const sorted = (group) => JSON.stringify(Object.entries(group ?? {}).sort())
    return groups.some((group) => sorted(wanted[group]) !== sorted(lock[folder]?.[group]))
  })
  for (const folder of stale) console.error(`setup: package-lock.json does not match ${folder || "."}/package.json; run npm install and commit it`)
  process.exit(stale.length)
' >&2 || exit 1

note 'installing the npm packages'
npm install --no-save --include=dev --include=optional --loglevel=error --no-progress --no-audit --no-fund \
  </dev/null >"$checkout/.cache/setup-node.log" 2>&1 9>&- || {
  cat "$checkout/.cache/setup-node.log" >&2
  note 'npm install failed (see above)'
  exit 1
}

if [ ! -e node_modules/.bin/node ] &&
  ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 24 || (a == 24 && b >= 11) ? 0 : 1)'; then
  note "the pinned Node.js is not published for this system; install Node.js 24.11 or newer (found $(node -v))."
  exit 3
fi
printf '%s\n' "$wanted" >"$stamp"
