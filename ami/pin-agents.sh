#!/usr/bin/env bash
# Writes the versions and checksums of the AWS agents into versions.sh, after checking the packages' signatures. Runs on
# Linux and macOS, with GnuPG.
# Usage: ami/pin-agents.sh <file with the SSM agent's public key>
# AWS publishes that key, which changes every year or two, only on the page "Verifying the signature of SSM Agent" in
# the Systems Manager user guide. Compare the fingerprint that this script prints with the one on that page.
set -euo pipefail

# Only what bash 3.2 and the tools of macOS have: no ${name^^}, no long options except those of curl and gpg.
given=${1:?usage: ami/pin-agents.sh <file with the public key of the SSM agent>}
ssm_key=$(cd "$(dirname "$given")" && pwd)/$(basename "$given")
versions=$(cd "$(dirname "$0")" && pwd)/versions.sh
ssm_base=https://s3.us-east-1.amazonaws.com/amazon-ssm-us-east-1
cloudwatch_base=https://amazoncloudwatch-agent.s3.amazonaws.com
cloudwatch_fingerprint=937616F3450B7D806CBD9725D58167303B789C72

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fetch() { curl --fail --silent --show-error --location --retry 5 --max-time 300 --output "$2" "$1"; }

fingerprint_of() { gpg --batch --with-colons --show-keys "$1" | awk -F: '$1 == "fpr" { print $10; exit }'; }

verify() { # verify KEY PACKAGE: PACKAGE.sig was made by KEY
  gpg --batch --yes --dearmor --output key.gpg "$1"
  gpgv --keyring ./key.gpg "$2.sig" "$2"
}

sha256_of() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

pin() { # pin NAME VALUE: adds the value to the pins, which are written when all packages have been verified
  grep -q "^$1=" "$versions" || { echo "$versions has no line $1=" >&2; exit 1; }
  echo "s|^$1=.*|$1=$2|" >>pins.sed
}

pin_package() { # pin_package NAME URL KEY
  fetch "$2" package.deb
  fetch "$2.sig" package.deb.sig
  verify "$3" package.deb
  pin "$1" "$(sha256_of package.deb)"
}

echo "SSM agent's key: $(fingerprint_of "$ssm_key")"
fetch "$cloudwatch_base/assets/amazon-cloudwatch-agent.gpg" cloudwatch.asc
if [ "$(fingerprint_of cloudwatch.asc)" != "$cloudwatch_fingerprint" ]; then
  echo "the CloudWatch agent's key is $(fingerprint_of cloudwatch.asc), expected $cloudwatch_fingerprint" >&2
  exit 1
fi

fetch "$ssm_base/latest/VERSION" ssm-version
fetch "$cloudwatch_base/info/latest/CWAGENT_VERSION" cloudwatch-version
ssm_version=$(tr -d '[:space:]' <ssm-version)
cloudwatch_version=$(tr -d '[:space:]' <cloudwatch-version)
pin SSM_AGENT_VERSION "$ssm_version"
pin CLOUDWATCH_AGENT_VERSION "$cloudwatch_version"

for architecture in amd64 arm64; do
  suffix=$(echo "$architecture" | tr '[:lower:]' '[:upper:]')
  pin_package "SSM_AGENT_SHA256_$suffix" "$ssm_base/$ssm_version/debian_$architecture/amazon-ssm-agent.deb" "$ssm_key"
  pin_package "CLOUDWATCH_AGENT_SHA256_$suffix" \
    "$cloudwatch_base/debian/$architecture/$cloudwatch_version/amazon-cloudwatch-agent.deb" cloudwatch.asc
done
sed -f pins.sed "$versions" >versions.new
cat versions.new >"$versions"
echo "Review and commit the change of ${versions##*/}"
