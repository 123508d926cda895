#!/usr/bin/env bash
# Upgrades Debian and installs the image's packages. With OFFLINE=true the base must already contain them.
set -euo pipefail
: "${BAKE_DIR:?}" "${OFFLINE:?}"
export DEBIAN_FRONTEND=noninteractive

mapfile -t packages < <(grep -v '^#' "$BAKE_DIR/packages.txt")

if [ "$OFFLINE" = true ]; then
  echo "Offline: checking that the base has ${packages[*]}"
  dpkg-query --show "${packages[@]}" >/dev/null
  exit
fi

echo "Upgrading Debian"
apt-get update -q
apt-get upgrade -qy
echo "Installing ${packages[*]}"
apt-get install -qy --no-install-recommends "${packages[@]}"
