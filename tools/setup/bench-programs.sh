#!/bin/sh
# Programs that benchmarks measure beside this one, unpacked from Debian packages into the cache folder: nothing is installed, and
# no server of theirs is started.
set -eu
