#!/usr/bin/env bash
# Starts the service with a test database on the operator's machine, through the SSH tunnel, and runs the spec of the
# application. Then removes the settings and logs.
set -euo pipefail
: "${DATABASE_URL:?}"

discard() {
  systemctl stop stampede.service
  rm -rf /etc/stampede/env /var/log/stampede
}
trap discard EXIT

cat >/etc/stampede/env <<SETTINGS
STAGE=bake
TABLE_NAME=bake
CLOUDWATCH_METRICS=off
AWS_REGION=eu-west-1
AWS_ENDPOINT_URL_DYNAMODB=$DATABASE_URL
AWS_ACCESS_KEY_ID=bake
AWS_SECRET_ACCESS_KEY=bake
SETTINGS

echo "Starting the service"
if ! systemctl start stampede.service || ! /opt/stampede/bin/image-spec app; then
  journalctl --no-pager --unit stampede.service | tail -n 40
  tail -n 40 /var/log/stampede/*.log
  exit 1
fi
