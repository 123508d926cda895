#!/usr/bin/env bash
# Installs the application, Node.js and pm2 in /opt/stampede, owned by root so that the service cannot change them.
set -euo pipefail
: "${BAKE_DIR:?}"

id stampede >/dev/null 2>&1 || useradd --system --user-group --no-create-home --home-dir /run/stampede \
  --shell /usr/sbin/nologin stampede

echo "Installing the application"
cp --recursive --no-preserve=ownership "$BAKE_DIR/app/." /opt/stampede/
chown --recursive root:root /opt/stampede
chmod --recursive u=rwX,go=rX /opt/stampede

systemctl daemon-reload
systemctl enable --quiet stampede.service stampede-launch-hook.service stampede-logs.service
