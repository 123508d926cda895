#!/usr/bin/env bash
# Starts the service once against the database that the operator's machine lends through the SSH tunnel, runs the spec
# of the application, and leaves V8's compile cache warm. No setting and no log of this start stays.
set -euo pipefail
: "${DATABASE_URL:?}"

bake_drop_in=/run/systemd/system/stampede.service.d/bake.conf

discard() {
  systemctl stop stampede.service
  rm -rf /etc/stampede/env /var/log/stampede "$bake_drop_in"
  systemctl daemon-reload
}
trap discard EXIT

# Only here may the service write its compile cache.
install -D -m 0644 /dev/stdin "$bake_drop_in" <<SETTINGS
[Service]
ReadWritePaths=/opt/stampede/compile-cache
SETTINGS
systemctl daemon-reload

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
