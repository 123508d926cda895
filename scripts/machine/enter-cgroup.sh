#!/usr/bin/env bash
# Enters cgroups, then becomes the program: enter-cgroup.sh DOOR... -- PROGRAM ARGUMENT...
# A process must enter before systemd-nspawn looks where it is, which Node's spawn has no option for.
set -euo pipefail

while [ "$1" != -- ]; do
  echo $$ >"$1"
  shift
done
shift
exec "$@"
