/** A disk that can be filled, in place of the volume of a host. */
import { onHost } from './launcher.ts';

export interface SmallDisk {
  /** Leaves no byte. */
  fill(): Promise<unknown>;
  /** Makes room again. */
  clear(): Promise<unknown>;
}

const SPARE_MIB = 200;

/**
 * Does `work` while all that is on the host's volume is on a small disk, and puts it back on the volume afterwards, as it is then. The
 * units that write there stop for each move.
 */
export async function withSmallDisk(
  stack: string,
  host: string,
  units: readonly string[],
  work: (disk: SmallDisk) => Promise<void>,
): Promise<void> {
  const shell = (script: string): Promise<string> => onHost(stack, host, 'sh', '-ec', script);
  const stop = `systemctl stop ${units.join(' ')}`;
  const start = `systemctl start ${units.toReversed().join(' ')}`;
  await shell(`${stop}
    mkdir -p /run/small && mount -t tmpfs -o size=$(($(du -sm /data | cut -f1) + ${SPARE_MIB}))m tmpfs /run/small
    cp -a /data/. /run/small/ && mount --bind /run/small /data
    ${start}`);
  try {
    await work({
      fill: () =>
        shell('dd if=/dev/zero of=/data/filling bs=64k 2>/dev/null || true; printf x >> /data/filling || true'),
      clear: () => shell('rm -f /data/filling'),
    });
  } finally {
    await shell(`rm -f /data/filling
      ${stop}
      umount /data && rm -rf /data/* && cp -a /run/small/. /data/ && umount /run/small
      ${start}`);
  }
}
