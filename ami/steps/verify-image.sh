#!/usr/bin/env bash
# Runs the image spec. An image that fails it is not registered.
set -euo pipefail

/opt/stampede/bin/image-spec sealed
