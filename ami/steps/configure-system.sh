#!/usr/bin/env bash
# Copies ami/files/ onto the system and enables or masks units.
set -euo pipefail
: "${BAKE_DIR:?}"

echo "Copying system files"
cp --recursive --no-preserve=ownership "$BAKE_DIR/system/." /
chmod 0755 /etc/nftables.conf
install -d -m 0755 /etc/stampede

echo "Enabling units"
systemctl daemon-reload
systemctl enable --quiet ssh.service nftables.service chrony.service logrotate.timer \
  stampede-journal.service
# systemd-timesyncd would compete with chrony; apt's timers would change a tested image.
systemctl mask --quiet systemd-timesyncd.service apt-daily.timer apt-daily-upgrade.timer unattended-upgrades.service
# stampede.service explains why this target wants the application's units.
systemctl set-default --quiet graphical.target
