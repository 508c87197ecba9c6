# shellcheck shell=sh
# Read by other scripts: apt-get with settings, lists, cache and status of its own in $work/apt, so that nothing in the system's is
# touched and no root is needed. What it says goes to $work/log.

# The machine's own apt settings (proxies, credentials) apply; its hooks do not: some delete the system's package cache.
private_settings() {
  mkdir "$work/apt.conf.d"
  for file in /etc/apt/apt.conf.d/*; do
    [ ! -r "$file" ] || cp "$file" "$work/apt.conf.d/"
  done
  cat >"$work/apt.conf.d/zzz-edgeboot" <<EOF
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::http::Timeout "15";
Acquire::https::Timeout "15";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::CNF::DefaultEnabled "false";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
Dir::State "$work/apt";
Dir::State::Lists "$work/apt/lists";
Dir::State::Status "$work/apt/status";
Dir::Cache "$work/apt/cache";
EOF
  echo "Dir::Etc::Parts \"$work/apt.conf.d\";" >"$work/apt.conf"
}

# private_apt ARGUMENTS...: apt-get with them.
private_apt() {
  mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
  : >"$work/apt/status"
  (cd "$work/apt" && APT_CONFIG=$work/apt.conf timeout 300 apt-get -q "$@") >>"$work/log" 2>&1 9>&- </dev/null
}
