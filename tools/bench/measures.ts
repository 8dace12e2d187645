/** What the benchmark measures, the limit of each, and the figures that several runs give. */

export type MeasureName = 'up' | 'bare' | 'ratio' | 'noop' | 'changed' | 'down' | 'memory';

export type Measure = {
  title: string;
  unit: 's' | 'MiB' | '×';
  /** What the project promises; absent where the figure is only to compare with. */
  limit?: number;
};

/** In the order of the table. */
export const MEASURES: Readonly<Record<MeasureName, Measure>> = {
  up: { title: './lab up, everything cached', unit: 's', limit: 30 },
  bare: { title: '  the same containers by docker alone', unit: 's' },
  ratio: { title: '  ./lab up compared with that', unit: '×' },
  noop: { title: './lab up, nothing changed', unit: 's', limit: 4 },
  changed: { title: './lab up, the web app changed', unit: 's', limit: 12 },
  down: { title: './lab down', unit: 's', limit: 8 },
  memory: { title: 'memory of the idle lab', unit: 'MiB', limit: 1536 },
};

/** What was measured: the values of each run. */
export type Samples = Readonly<Record<MeasureName, readonly number[]>>;

export type Figure = Measure & {
  name: MeasureName;
  median: number;
  min: number;
  max: number;
  values: readonly number[];
  /** Whether the median is within the limit; absent where there is none. */
  withinLimit?: boolean;
};

/** The figures of all measures, in order. @throws Error where one was never measured */
export function summarize(samples: Samples): Figure[] {
  return (Object.keys(MEASURES) as MeasureName[]).map((name) => {
    const values = samples[name];
    if (values.length === 0) throw new Error(`"${MEASURES[name].title.trim()}" was never measured`);
    const { limit } = MEASURES[name];
    const middle = median(values);
    return {
      name,
      ...MEASURES[name],
      median: middle,
      min: Math.min(...values),
      max: Math.max(...values),
      values,
      ...(limit === undefined ? {} : { withinLimit: middle <= limit }),
    };
  });
}

/** The value in the middle; of an even number, the mean of the two there. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new Error('there is no median of no values');
  return (lower + upper) / 2;
}
