# shellcheck shell=bash
# Pinned versions and checksums of downloads. package.json and package-lock.json pin Node.js and pm2.
# shellcheck disable=SC2034  # sourced

DEBIAN_RELEASE=13
DEBIAN_CODENAME=trixie

# `ami/pin-agents.sh` writes these six lines after verifying the packages' signatures. A bake on AWS fails if a checksum
# is missing.
SSM_AGENT_VERSION=3.3.4624.0
SSM_AGENT_SHA256_AMD64=
SSM_AGENT_SHA256_ARM64=
CLOUDWATCH_AGENT_VERSION=
CLOUDWATCH_AGENT_SHA256_AMD64=
CLOUDWATCH_AGENT_SHA256_ARM64=

# Packer and its Amazon plugin, which bake on AWS (.ci/install-packer). The first checksum is that of HashiCorp's
# archive, the second one that of the plugin's source in Go's checksum database. plugins.pkr.hcl has the same version.
PACKER_VERSION=1.14.2
PACKER_SHA256_LINUX_AMD64=cfefdea4ac580eba7b254ef34d25b756d4961741004e3e701a1476594d13e64a
PACKER_AMAZON_VERSION=1.8.2
PACKER_AMAZON_SUM=h1:fNNWpbfky9+KY9+qZWgfTGjdDUOvVag8rC3gEUWkjOY=
