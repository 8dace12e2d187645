/** What the benchmark measures, the limit of each, and the figures that several runs give. */

export type Measure = {
  title: string;
  unit: 's' | 'ms' | 'MiB' | '×' | '/min';
  /** What the project promises, as the most; absent where the figure is only to compare with. */
  limit?: number;
};

/** The whole lab, in the order of its table. */
export const LAB_MEASURES = {
  up: { title: './lab up, everything cached', unit: 's', limit: 30 },
  bare: { title: '  the same containers by docker alone', unit: 's' },
  ratio: { title: '  ./lab up compared with that', unit: '×' },
  noop: { title: './lab up, nothing changed', unit: 's', limit: 4 },
  changed: { title: './lab up, the web app changed', unit: 's', limit: 12 },
  down: { title: './lab down', unit: 's', limit: 8 },
  memory: { title: 'memory of the idle lab', unit: 'MiB', limit: 1536 },
} as const satisfies Record<string, Measure>;

/** The CI service. */
export const CI_MEASURES = {
  run: { title: 'a run of the sample, packages cached', unit: 's' },
  command: { title: '  its bare command on the same host', unit: 's' },
  overhead: { title: '  what the lab adds', unit: 's', limit: 2 },
  log: { title: 'a line of the log, until a client has it', unit: 'ms', limit: 500 },
  busy1: { title: 'runs of the sample with 1 runner host', unit: '/min' },
  busy3: { title: '  with 3 runner hosts', unit: '/min' },
  busyRatio: { title: '  3 hosts compared with 1, on the same cores', unit: '×' },
  waiting1: { title: 'runs that wait 5 s with 1 runner host', unit: '/min' },
  waiting3: { title: '  with 3 runner hosts', unit: '/min' },
  waitingRatio: { title: '  3 hosts compared with 1', unit: '×' },
} as const satisfies Record<string, Measure>;

export type LabMeasure = keyof typeof LAB_MEASURES;
export type CiMeasure = keyof typeof CI_MEASURES;

/** What was measured: the values of each run. */
export type Samples<Name extends string = string> = Readonly<Record<Name, readonly number[]>>;

export type Figure = Measure & {
  name: string;
  median: number;
  min: number;
  max: number;
  values: readonly number[];
  /** Whether the median is within the limit; absent where there is none. */
  withinLimit?: boolean;
};

/** The figures of measures, in their order. @throws Error where one was never measured */
export function summarize(measures: Readonly<Record<string, Measure>>, samples: Samples): Figure[] {
  return Object.entries(measures).map(([name, measure]) => {
    const values = samples[name] ?? [];
    if (values.length === 0) throw new Error(`"${measure.title.trim()}" was never measured`);
    const { limit } = measure;
    const middle = median(values);
    return {
      name,
      ...measure,
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
