# shellcheck shell=bash
# Versions of what the image takes from outside the repository, with checksums.
# Node and pm2 are not here: package.json pins them and package-lock.json holds their checksums.
# shellcheck disable=SC2034  # sourced

DEBIAN_RELEASE=12
DEBIAN_CODENAME=bookworm

# `ami/pin-agents.sh` writes these six lines after checking the packages' signatures. While a checksum is missing, a
# bake on AWS stops before it installs the agent.
SSM_AGENT_VERSION=3.3.4624.0
SSM_AGENT_SHA256_AMD64=
SSM_AGENT_SHA256_ARM64=
CLOUDWATCH_AGENT_VERSION=
CLOUDWATCH_AGENT_SHA256_AMD64=
CLOUDWATCH_AGENT_SHA256_ARM64=
