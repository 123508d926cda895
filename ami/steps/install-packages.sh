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

# A changed configuration file is kept, because dpkg cannot ask.
options=(-qy --option Dpkg::Options::=--force-confdef --option Dpkg::Options::=--force-confold)

echo "Upgrading Debian"
apt-get update -q
# A kernel with a new ABI is a new package, without which the upgrade would hold the kernel back.
apt-get upgrade "${options[@]}" --with-new-pkgs
echo "Installing ${packages[*]}"
apt-get install "${options[@]}" --no-install-recommends "${packages[@]}"
