/** What the benchmark measures, the limit of each, and the figures that several runs give. */

export type Measure = {
  title: string;
  unit: 's' | 'ms' | 'MiB' | '×' | '/min' | '/s' | 'clients';
  /** What the project promises, as the most; absent where the figure is only to compare with. */
  limit?: number;
  /** What it promises, as the least. */
  least?: number;
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

/** The stream and the chat. */
export const STREAM_MEASURES = {
  produce: { title: 'messages of 100 bytes by producer', unit: '/s' },
  produceTool: { title: "  by Kafka's own tool", unit: '/s' },
  produceRatio: { title: '  producer compared with that', unit: '×', least: 0.8 },
  consume: { title: 'the same by consumer', unit: '/s' },
  consumeTool: { title: "  by Kafka's own tool", unit: '/s' },
  consumeRatio: { title: '  consumer compared with that', unit: '×', least: 0.8 },
  chat: { title: 'chat, 500 clients in 20 rooms: from send to receive, p99', unit: 'ms', limit: 100 },
  chatClients: { title: '  most clients with a p99 under 100 ms, of those tried', unit: 'clients' },
} as const satisfies Record<string, Measure>;

export type LabMeasure = keyof typeof LAB_MEASURES;
export type CiMeasure = keyof typeof CI_MEASURES;
export type StreamMeasure = keyof typeof STREAM_MEASURES;

/** What was measured: the values of each run. */
export type Samples<Name extends string = string> = Readonly<Record<Name, readonly number[]>>;

export type Figure = Measure & {
  name: string;
  median: number;
  min: number;
  max: number;
  values: readonly number[];
  /** Whether the median keeps what is promised; absent where nothing is. */
  withinLimit?: boolean;
};

/** The figures of measures, in their order. @throws Error where one was never measured */
export function summarize(measures: Readonly<Record<string, Measure>>, samples: Samples): Figure[] {
  return Object.entries(measures).map(([name, measure]) => {
    const values = samples[name] ?? [];
    if (values.length === 0) throw new Error(`"${measure.title.trim()}" was never measured`);
    const { limit, least } = measure;
    const middle = median(values);
    return {
      name,
      ...measure,
      median: middle,
      min: Math.min(...values),
      max: Math.max(...values),
      values,
      ...(limit === undefined ? {} : { withinLimit: middle <= limit }),
      ...(least === undefined ? {} : { withinLimit: middle >= least }),
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
