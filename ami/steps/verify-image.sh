#!/usr/bin/env bash
# The last step: an image that fails its spec is not registered.
set -euo pipefail

/opt/stampede/bin/image-spec sealed
