#!/usr/bin/env bash
# Installs the SSM and CloudWatch agents, in the versions and with the checksums of versions.sh.
# AWS_AGENTS=false skips them, because an offline bake cannot download them.
set -euo pipefail
: "${BAKE_DIR:?}" "${AWS_AGENTS:?}"

if [ "$AWS_AGENTS" != true ]; then
  echo "AWS_AGENTS=$AWS_AGENTS: no SSM agent, no CloudWatch agent"
  exit
fi

# shellcheck source=ami/versions.sh
. "$BAKE_DIR/versions.sh"
architecture=$(dpkg --print-architecture)

install_checked() { # install_checked NAME SHA256 URL
  local name=$1 checksum=$2 url=$3 package
  if [ -z "$checksum" ]; then
    echo "$name has no checksum for $architecture in ami/versions.sh: run ami/pin-agents.sh and commit its change" >&2
    exit 1
  fi
  package=$(mktemp --suffix=.deb)
  echo "Installing $name from $url"
  curl --fail --silent --show-error --location --retry 5 --max-time 300 --output "$package" "$url"
  echo "$checksum  $package" | sha256sum --check --quiet
  dpkg --install "$package"
  rm "$package"
}

checksum_of() { # checksum_of AGENT: the value of AGENT_SHA256_<ARCHITECTURE>
  local variable="${1}_SHA256_${architecture^^}"
  echo "${!variable}"
}

install_checked amazon-ssm-agent "$(checksum_of SSM_AGENT)" \
  "https://s3.us-east-1.amazonaws.com/amazon-ssm-us-east-1/$SSM_AGENT_VERSION/debian_$architecture/amazon-ssm-agent.deb"
install_checked amazon-cloudwatch-agent "$(checksum_of CLOUDWATCH_AGENT)" \
  "https://amazoncloudwatch-agent.s3.amazonaws.com/debian/$architecture/$CLOUDWATCH_AGENT_VERSION/amazon-cloudwatch-agent.deb"

systemctl enable --quiet amazon-ssm-agent.service
# Its package starts it immediately. Its state of the builder must not be part of the image.
systemctl stop amazon-ssm-agent.service
rm -rf /var/lib/amazon/ssm/*
# stampede-logs.service starts the CloudWatch agent, which needs the name of the stage.
systemctl disable --quiet amazon-cloudwatch-agent.service
