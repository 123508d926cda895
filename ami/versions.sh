# shellcheck shell=bash
# Pinned versions and checksums of downloads. package.json and package-lock.json pin Node.js and pm2.
# shellcheck disable=SC2034  # sourced

DEBIAN_RELEASE=12
DEBIAN_CODENAME=bookworm

# `ami/pin-agents.sh` writes these six lines after verifying the packages' signatures. A bake on AWS fails if a checksum
# is missing.
SSM_AGENT_VERSION=3.3.4624.0
SSM_AGENT_SHA256_AMD64=
SSM_AGENT_SHA256_ARM64=
CLOUDWATCH_AGENT_VERSION=
CLOUDWATCH_AGENT_SHA256_AMD64=
CLOUDWATCH_AGENT_SHA256_ARM64=
