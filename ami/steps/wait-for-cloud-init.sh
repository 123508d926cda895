#!/usr/bin/env bash
# cloud-init installs packages on first boot too; an apt call at the same time fails on the lock.
set -euo pipefail

if command -v cloud-init >/dev/null; then
  echo "Waiting for cloud-init"
  timeout 300 cloud-init status --wait
fi
