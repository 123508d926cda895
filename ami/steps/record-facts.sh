#!/usr/bin/env bash
# Writes the facts about this bake, which Packer then downloads: image.json, packages.txt and the SBOM.
set -euo pipefail
: "${BAKE_DIR:?}" "${AWS_AGENTS:?}" "${OFFLINE:?}" "${IMAGE_NAME:?}"

metadata() { # metadata PATH: reads from the instance metadata service (IMDSv2)
  local base=http://169.254.169.254/latest token
  token=$(curl --fail --silent --max-time 5 --request PUT --header 'X-aws-ec2-metadata-token-ttl-seconds: 60' \
    "$base/api/token")
  curl --fail --silent --max-time 5 --header "X-aws-ec2-metadata-token: $token" "$base/$1"
}

dpkg-query --show --showformat='${Package}\t${Version}\t${Architecture}\n' >/etc/stampede/packages.txt
# shellcheck source=ami/versions.sh
. "$BAKE_DIR/versions.sh"
base_release=$(cat /etc/debian_version)
if [ "${base_release%%.*}" != "$DEBIAN_RELEASE" ]; then
  echo "the base is Debian $base_release, expected $DEBIAN_RELEASE: check source_ami_filter in packer.pkr.hcl" >&2
  exit 1
fi
# Packages of which the archive offers a newer version. Offline there is no archive, so there are none.
outdated=$(apt-get --simulate --quiet dist-upgrade | awk '/^Inst / { printf "%s%s", separator, $2; separator = " " }')
source_image=offline
if [ "$OFFLINE" != true ]; then source_image=$(metadata meta-data/ami-id); fi
SOURCE_IMAGE=$source_image OUTDATED=$outdated BASE_RELEASE=$base_release ARCHITECTURE=$(dpkg --print-architecture) \
  /opt/stampede/bin/node /opt/stampede/spec/ami/facts/record.ts "$BAKE_DIR/facts" /etc/stampede
