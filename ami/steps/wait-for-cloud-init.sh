#!/usr/bin/env bash
# cloud-init also installs packages on first boot, and a concurrent apt command would fail on the lock.
set -euo pipefail

if command -v cloud-init >/dev/null; then
  echo "Waiting for cloud-init"
  timeout 300 cloud-init status --wait
fi
