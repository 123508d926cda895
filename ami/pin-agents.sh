#!/usr/bin/env bash
# Writes the versions and checksums of the AWS agents into versions.sh, after checking the packages' signatures.
# Usage: ami/pin-agents.sh <file with the SSM agent's public key>
# AWS publishes that key, which changes every year or two, only on the page "Verifying the signature of SSM Agent" in
# the Systems Manager user guide. Compare the fingerprint that this script prints with the one on that page.
set -euo pipefail

ssm_key=$(realpath "${1:?usage: ami/pin-agents.sh <file with the public key of the SSM agent>}")
versions=$(realpath "$(dirname "$0")/versions.sh")
ssm_base=https://s3.us-east-1.amazonaws.com/amazon-ssm-us-east-1
cloudwatch_base=https://amazoncloudwatch-agent.s3.amazonaws.com
cloudwatch_fingerprint=937616F3450B7D806CBD9725D58167303B789C72

work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT
cd "$work"

fetch() { curl --fail --silent --show-error --location --retry 5 --max-time 300 --output "$2" "$1"; }

fingerprint_of() { gpg --batch --with-colons --show-keys "$1" | awk -F: '$1 == "fpr" { print $10; exit }'; }

verify() { # verify KEY PACKAGE: PACKAGE.sig was made by KEY
  gpg --batch --yes --dearmor --output key.gpg "$1"
  gpgv --keyring ./key.gpg "$2.sig" "$2"
}

pin() { # pin NAME VALUE
  grep -q "^$1=" "$versions" || { echo "$versions has no line $1=" >&2; exit 1; }
  sed --in-place "s|^$1=.*|$1=$2|" "$versions"
}

pin_package() { # pin_package AGENT ARCHITECTURE URL KEY
  fetch "$3" package.deb
  fetch "$3.sig" package.deb.sig
  verify "$4" package.deb
  pin "${1}_SHA256_${2^^}" "$(sha256sum package.deb | cut -d ' ' -f 1)"
}

echo "SSM agent's key: $(fingerprint_of "$ssm_key")"
fetch "$cloudwatch_base/assets/amazon-cloudwatch-agent.gpg" cloudwatch.asc
if [ "$(fingerprint_of cloudwatch.asc)" != "$cloudwatch_fingerprint" ]; then
  echo "the CloudWatch agent's key is $(fingerprint_of cloudwatch.asc), expected $cloudwatch_fingerprint" >&2
  exit 1
fi

fetch "$ssm_base/latest/VERSION" ssm-version
fetch "$cloudwatch_base/info/latest/CWAGENT_VERSION" cloudwatch-version
pin SSM_AGENT_VERSION "$(tr -d '[:space:]' <ssm-version)"
pin CLOUDWATCH_AGENT_VERSION "$(tr -d '[:space:]' <cloudwatch-version)"
# shellcheck source=ami/versions.sh
. "$versions"

for architecture in amd64 arm64; do
  pin_package SSM_AGENT "$architecture" \
    "$ssm_base/$SSM_AGENT_VERSION/debian_$architecture/amazon-ssm-agent.deb" "$ssm_key"
  pin_package CLOUDWATCH_AGENT "$architecture" \
    "$cloudwatch_base/debian/$architecture/$CLOUDWATCH_AGENT_VERSION/amazon-cloudwatch-agent.deb" cloudwatch.asc
done
echo "Review and commit the change of ${versions##*/}"
