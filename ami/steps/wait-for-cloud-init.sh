#!/usr/bin/env bash
# cloud-init also installs packages on first boot, and a concurrent apt command would fail on the lock.
set -euo pipefail

if command -v cloud-init >/dev/null; then
  echo "Waiting for cloud-init"
  status=0
  timeout 300 cloud-init status --wait || status=$?
  # 2 means that it has finished with warnings: https://docs.cloud-init.io/en/latest/explanation/return_codes.html
  if [ "$status" -ne 0 ]; then cloud-init status --long || true; fi
  if [ "$status" -ne 0 ] && [ "$status" -ne 2 ]; then
    echo "cloud-init status --wait ended with $status, expected 0 or 2: see its status above" >&2
    exit 1
  fi
fi
