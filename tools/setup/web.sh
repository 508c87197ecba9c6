#!/bin/sh
# Builds the dashboard into dist/web. Without it the server still works, only its pages are missing.
set -eu
exec sh "$(dirname "$0")/build.sh" 'the dashboard' dist/web/.built 'the server works without it' build:web \
  web src/contract src/domain
