/** A Debian such as clouds offer it, as the disk of a virtual machine: no program of the lab, cloud-init, a kernel. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { Problem } from '../../infra/problem.ts';
import { labPaths } from '../../tools/launcher/paths.ts';

/** What a machine boots from: its disk, which nobody writes to, and the kernel that is started without a boot loader. */
export type VmImage = { disk: string; kernel: string; initrd: string };

/** The label of the disk's file system: the order of disks is the machine's own affair. */
export const ROOT_LABEL = 'lab-root';

/** Grows as it is written to. Room for the packages of every role on one host. */
const DISK_SIZE = '8G';

/** What Debian's own cloud images have beside the essential packages, as far as a host needs it. */
const PACKAGES = [
  ...['apt', 'ca-certificates', 'cloud-init', 'dbus', 'e2fsprogs', 'fdisk', 'init-system-helpers', 'initramfs-tools'],
  ...['iproute2', 'kmod', 'libpam-systemd', 'linux-image-cloud-amd64', 'netbase', 'openssh-server', 'procps'],
  ...['python3', 'sudo', 'systemd', 'systemd-resolved', 'systemd-sysv', 'udev', 'zstd'],
];
/** Work that would hold apt's lock or a slow processor just when the machine has been made. */
const MASKED = [
  ...['apt-daily.timer', 'apt-daily-upgrade.timer', 'dpkg-db-backup.timer', 'e2scrub_all.timer'],
  ...['e2scrub_reap.service', 'fstrim.timer', 'systemd-binfmt.service', 'getty@tty1.service'],
];
/** The rest of cloud-init's configuration is Debian's. */
const CLOUD_CONFIG = 'datasource_list: [NoCloud]\\ngrowpart: { mode: "off" }\\n';

const HOOKS = [
  // Before the kernel is installed, which makes the initial RAM disk: with nothing but what finds this disk.
  '--essential-hook=mkdir -p "$1/etc/initramfs-tools/conf.d"; echo MODULES=list >"$1/etc/initramfs-tools/conf.d/lab"; printf "%s\\n" virtio_pci virtio_blk ext4 >"$1/etc/initramfs-tools/modules"',
  `--customize-hook=printf '${CLOUD_CONFIG}' >"$1/etc/cloud/cloud.cfg.d/90-vm.cfg"; echo 'LABEL=${ROOT_LABEL} / ext4 defaults 0 1' >"$1/etc/fstab"`,
  `--customize-hook=chroot "$1" systemctl mask --quiet ${MASKED.join(' ')}`,
  '--customize-hook=chroot "$1" systemctl enable --quiet systemd-networkd.service',
  // As in every image that more than one machine boots from: each makes its own.
  '--customize-hook=rm -f "$1"/etc/ssh/ssh_host_* "$1"/etc/machine-id; : >"$1/etc/machine-id"',
];

/** Makes the image where the cache has none (two minutes). @throws Problem for whoever is not root, as its files are to be root's */
export async function ensureVmImage(): Promise<VmImage> {
  const recipe = JSON.stringify([PACKAGES, HOOKS, DISK_SIZE, ROOT_LABEL]);
  const images = join(labPaths().cacheDir, 'images');
  const folder = join(images, `vm-trixie-${createHash('sha256').update(recipe).digest('hex').slice(0, 16)}`);
  if (!existsSync(folder)) {
    if (process.getuid?.() !== 0) {
      throw new Problem('Only root can make the disk of a virtual machine: run `sudo ./lab test --vm`.');
    }
    mkdirSync(images, { recursive: true });
    const work = mkdtempSync(join(images, '.vm-'));
    try {
      await makeImage(work);
      renameSync(join(work, 'image'), folder);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return imageIn(folder);
}

function imageIn(folder: string): VmImage {
  return { disk: join(folder, 'disk.raw'), kernel: join(folder, 'vmlinuz'), initrd: join(folder, 'initrd.img') };
}

async function makeImage(work: string): Promise<void> {
  const root = join(work, 'root');
  await execa('mmdebstrap', [
    ...['--mode=root', '--variant=minbase', '--format=directory', `--include=${PACKAGES.join(',')}`],
    ...HOOKS,
    'trixie',
    root,
  ]);
  const folder = join(work, 'image');
  mkdirSync(folder);
  const { disk, kernel, initrd } = imageIn(folder);
  const boot = readdirSync(join(root, 'boot'));
  for (const [prefix, path] of [
    ['vmlinuz-', kernel],
    ['initrd.img-', initrd],
  ] as const) {
    const file = boot.find((name) => name.startsWith(prefix));
    if (file === undefined) throw new Error(`the packages of the virtual machine left no ${prefix} in /boot`);
    renameSync(join(root, 'boot', file), path);
  }
  await execa('mkfs.ext4', ['-q', '-L', ROOT_LABEL, '-d', root, disk, DISK_SIZE]);
}
