#!/usr/bin/env bash
# Removes everything that is specific to this machine or this bake, so that each instance has its own identity.
# Packer's SSH connection stays open, but sshd would not accept a new one.
set -euo pipefail
: "${BAKE_DIR:?}"

echo "Sealing"
apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin "$BAKE_DIR" /tmp/* /var/tmp/*
if command -v cloud-init >/dev/null; then cloud-init clean --logs --seed; fi

rm -f /etc/ssh/ssh_host_*
rm -f /root/.ssh/authorized_keys /home/*/.ssh/authorized_keys /root/.*_history /home/*/.*_history
rm -f /root/.wget-hsts /root/.sudo_as_admin_successful /home/*/.sudo_as_admin_successful

# Empty, not missing: systemd then generates an id without running its first-boot setup.
: >/etc/machine-id
rm -f /var/lib/dbus/machine-id /var/lib/systemd/random-seed

# The journal stays in memory from now on, so that the image does not contain log entries of the shutdown.
journalctl --relinquish-var
rm -rf /var/log/journal/*
find /var/log -type f -exec truncate --size 0 {} +
sync
