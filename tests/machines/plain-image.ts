/** A Debian such as clouds offer it, with cloud-init and no program of the lab, as a container image: what user-data makes of it shows. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { labPaths } from '../../tools/launcher/paths.ts';

const TAG = 'cloud-lab/plain:trixie';

/** What Debian's own cloud images have beside the essential packages, as far as a host needs it. */
const PACKAGES = [
  ...['apt', 'ca-certificates', 'cloud-init', 'dbus', 'e2fsprogs', 'init-system-helpers', 'iproute2', 'libpam-systemd'],
  ...['netbase', 'openssh-server', 'procps', 'python3', 'python3-yaml', 'sudo', 'systemd', 'systemd-sysv', 'udev'],
];
/** What a container cannot have: hardware, a terminal, a network of its own to set up. */
const MASKED = [
  ...['systemd-udevd.service', 'systemd-networkd.service', 'systemd-networkd-wait-online.service'],
  ...['systemd-resolved.service', 'systemd-timesyncd.service', 'getty.target', 'console-getty.service'],
  ...['apt-daily.timer', 'apt-daily-upgrade.timer', 'fstrim.timer', 'e2scrub_all.timer'],
];

/** Makes the image where the engine has none (a minute). @returns its tag */
export async function ensurePlainImage(startScript: string): Promise<string> {
  const { exitCode } = await execa('docker', ['image', 'inspect', TAG], { reject: false });
  if (exitCode === 0) return TAG;
  const folder = join(labPaths().cacheDir, 'images');
  mkdirSync(folder, { recursive: true });
  const archive = join(folder, 'cloud-lab-plain-trixie.tar');
  await execa('mmdebstrap', [
    ...['--variant=minbase', '--format=tar', `--include=${PACKAGES.join(',')}`],
    `--customize-hook=copy-in ${startScript} /usr/local/sbin`,
    `--customize-hook=chroot "$1" systemctl mask --quiet ${MASKED.join(' ')}`,
    '--customize-hook=chroot "$1" systemctl set-default --quiet multi-user.target',
    // The engine has set up the network; the rest of cloud-init's configuration is Debian's.
    '--customize-hook=mkdir -p "$1/var/lib/cloud/seed/nocloud"; printf "datasource_list: [NoCloud]\\nnetwork: { config: disabled }\\n" >"$1/etc/cloud/cloud.cfg.d/90-container.cfg"',
    '--customize-hook=rm -f "$1"/etc/ssh/ssh_host_* "$1"/etc/machine-id; : >"$1/etc/machine-id"',
    'trixie',
    archive,
  ]);
  await execa('docker', ['import', archive, TAG]);
  return TAG;
}
