/** One virtual machine: QEMU, with disks of its own and a network that needs no right on this machine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { Problem } from '../../infra/problem.ts';
import { lastLines } from '../../tools/launcher/command.ts';
import { ROOT_LABEL, type VmImage } from './vm-image.ts';

const PROGRAM = 'qemu-system-x86_64';
/** Where the guest finds itself, and the machine that it runs on: https://www.qemu.org/docs/master/system/devices/net.html */
export const GUEST = '10.0.2.15';
export const GATEWAY = '10.0.2.2';

/**
 * One processor: Linux patches its own code while another one runs it, which emulation gets wrong now and then, and the kernel
 * panics. 5-level page tables would make every look-up of memory longer, and nothing here has that much of it.
 */
const EMULATED = ['-accel', 'tcg', '-cpu', 'max,la57=off', '-smp', '1'];
const ACCELERATED = ['-accel', 'kvm', '-cpu', 'host', '-smp', '2'];
const PROBE_MS = 20_000;

export type MachineOptions = {
  name: string;
  image: VmImage;
  /** Its own, for all that it writes. */
  folder: string;
  /** The address of this machine's loopback interface that its ports are found at, under their own numbers. */
  address: string;
  /** TCP ports that are passed on to it. What its own firewall does with them is its own affair. */
  ports: readonly number[];
  /** MiB. */
  memory: number;
  /** MiB of a disk with nothing on it. */
  dataDisk: number;
  /** The files of its cloud-init seed. */
  seed: Readonly<Record<string, Uint8Array | string>>;
};

export type VirtualMachine = {
  /** The last lines that it wrote to its serial console: as many as are asked for. */
  console: (lines: number) => string;
  /** Rejects when it ends without being stopped. */
  broken: Promise<never>;
  stop: () => Promise<void>;
};

/** Whether this machine's processor can do it: /dev/kvm may be there and fail, so a kernel is booted until it finds no disk. */
export async function listProcessorArguments(image: VmImage): Promise<readonly string[]> {
  const probe = ['-m', '256', '-nodefaults', '-display', 'none', '-no-reboot', '-kernel', image.kernel];
  const options = { reject: false, timeout: PROBE_MS } as const;
  // Not by its exit status: QEMU ends with 0, too, when it is stopped because the kernel hangs.
  const { failed } = await execa(PROGRAM, [...ACCELERATED, ...probe, '-append', 'panic=-1'], options);
  return failed ? EMULATED : ACCELERATED;
}

/** Starts a machine, which boots from then on. Its disk is that of the image; what it writes there is gone with it. */
export function startMachine(processor: readonly string[], options: MachineOptions): VirtualMachine {
  const { name, folder } = options;
  mkdirSync(folder, { recursive: true });
  const consoleFile = join(folder, 'console.log');
  const console = (lines: number): string => lastLines(readableText(consoleFile), lines);
  const output = openSync(join(folder, 'qemu.log'), 'w');
  // It ends with this process, however that ends.
  const argv = ['--pdeathsig', 'KILL', PROGRAM, ...processor, ...describeMachine(options, consoleFile)];
  const child = spawn('setpriv', argv, {
    stdio: ['ignore', output, output],
    // Where QEMU keeps what the machine writes to the image's disk.
    env: { ...process.env, TMPDIR: folder },
  });
  let stopped = false;
  const ended = awaitEnd(child);
  const broken = ended.then((how) => {
    if (stopped) return new Promise<never>(() => {});
    const said = readableText(join(folder, 'qemu.log')).trim();
    throw new Problem(`The virtual machine ${name} ended by itself (${how}): ${said}\n${console(20)}`);
  });
  // Whoever does not wait for it does not mind.
  broken.catch(() => {});
  return {
    console,
    broken,
    stop: async () => {
      stopped = true;
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function describeMachine(
  { name, image, folder, address, ports, memory, dataDisk, seed }: MachineOptions,
  consoleFile: string,
): string[] {
  const data = join(folder, 'data.raw');
  writeFileSync(data, '');
  truncateSync(data, dataDisk * 1024 ** 2);
  const seedFolder = join(folder, 'seed');
  mkdirSync(seedFolder);
  for (const [file, content] of Object.entries(seed)) writeFileSync(join(seedFolder, file), content);
  writeFileSync(consoleFile, '');
  return [
    ...['-name', name, '-machine', 'q35', '-m', String(memory)],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-serial', `file:${consoleFile}`],
    ...['-kernel', image.kernel, '-initrd', image.initrd],
    // A timer that is late, as it may be on a busy machine, is none that is missing: the kernel would panic.
    ...['-append', `root=LABEL=${ROOT_LABEL} rw console=ttyS0 loglevel=4 mitigations=off no_timer_check`],
    // Neither outlives this process, so nothing has to be on a real disk before the machine goes on.
    ...['-drive', `file=${image.disk},format=raw,if=virtio,snapshot=on`],
    ...['-drive', `file=${data},format=raw,if=virtio,cache=unsafe`],
    // The seed is a folder that the machine sees as a file system with the label that cloud-init looks for.
    ...['-blockdev', `driver=vvfat,node-name=seed,dir=${seedFolder},label=CIDATA,read-only=on`],
    ...['-device', 'virtio-blk-pci,drive=seed'],
    ...['-netdev', ['user', 'id=net', ...ports.map((port) => `hostfwd=tcp:${address}:${port}-:${port}`)].join(',')],
    ...['-device', 'virtio-net-pci,netdev=net'],
  ];
}

/** @returns how the program ended, in words */
async function awaitEnd(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    return code === null ? `by ${signal}` : `with ${code}`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Without what moves the cursor of a terminal or colours it. */
function readableText(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: such characters are what is to be removed
  return readFileSync(path, 'utf8').replaceAll(/\u001b(?:\[[0-9;?!]*[A-Za-z]|[()].)|[\r\0]/g, '');
}
