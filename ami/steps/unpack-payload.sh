#!/usr/bin/env bash
# Lays out what the operator's machine has prepared: BAKE_DIR/{app,system,facts,packages.txt,versions.sh}.
set -euo pipefail
: "${BAKE_DIR:?}" "${PAYLOAD:?}" "${PAYLOAD_SHA256:?}"

echo "$PAYLOAD_SHA256  $PAYLOAD" | sha256sum --check --quiet
rm -rf "$BAKE_DIR"
install -d -m 0700 "$BAKE_DIR"
tar --extract --gzip --file "$PAYLOAD" --directory "$BAKE_DIR" --no-same-owner --no-same-permissions
rm "$PAYLOAD"
