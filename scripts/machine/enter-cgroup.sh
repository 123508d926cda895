#!/usr/bin/env bash
# Joins cgroups, then becomes the program: enter-cgroup.sh CGROUP_PROCS_FILE... -- PROGRAM ARGUMENT...
# systemd-nspawn reads its cgroup when it starts, and Node cannot spawn a process into one.
set -euo pipefail

while [ "$1" != -- ]; do
  echo $$ >"$1"
  shift
done
shift
exec "$@"
