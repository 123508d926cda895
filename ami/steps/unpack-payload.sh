#!/usr/bin/env bash
# Unpacks the payload that the operator's machine prepared: BAKE_DIR/{app,system,facts,packages.txt,versions.sh}.
set -euo pipefail
: "${BAKE_DIR:?}" "${PAYLOAD:?}" "${PAYLOAD_SHA256:?}"

echo "$PAYLOAD_SHA256  $PAYLOAD" | sha256sum --check --quiet
rm -rf "$BAKE_DIR"
install -d -m 0700 "$BAKE_DIR"
tar --extract --gzip --file "$PAYLOAD" --directory "$BAKE_DIR" --no-same-owner --no-same-permissions
rm "$PAYLOAD"
