/** Reads how much memory containers use, from what `docker stats` prints. */

const BYTES: Record<string, number> = {
  ...{ B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 },
  // As other engines than Docker count.
  ...{ kB: 1e3, MB: 1e6, GB: 1e9 },
};

/**
 * The sum over lines such as `121.5MiB / 512MiB`, in MiB.
 * @throws Error where a line is no such line
 */
export function sumMemory(text: string): number {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, number, unit = ''] = /^\s*([\d.]+)([kKMG]?i?B) \//.exec(line) ?? [];
      const factor = BYTES[unit];
      if (number === undefined || factor === undefined) throw new Error(`docker stats gave no memory: "${line}"`);
      return (Number(number) * factor) / 2 ** 20;
    })
    .reduce((sum, value) => sum + value, 0);
}
