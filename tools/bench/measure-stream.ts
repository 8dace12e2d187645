/** Measures the stream and the chat: the command lines beside Kafka's own tools on the same broker, and a crowd that talks. */
import { resourceName } from '../../infra/naming.ts';
import type { LabOutputs } from '../../infra/outputs.ts';
import { type Bench, type BenchOptions, bringUp, MANY_CLIENTS, onBenchLab } from './bench-lab.ts';
import { measureCrowd, percentile } from './chat-crowd.ts';
import { run } from './commands.ts';
import type { Samples, StreamMeasure } from './measures.ts';

const MESSAGES = 500_000;
const SIZE = 100;
const TOPIC = 'test_topic';
const BROKER = '127.0.0.1:9092';
/** Kafka's own tools, on the broker's host; they tell a lot that nobody asked for. */
const TOOL =
  "java -Xmx256m -Dorg.slf4j.simpleLogger.defaultLogLevel=error -cp '/opt/kafka/libs/*' org.apache.kafka.tools.";

const CROWD = { clients: 500, rooms: 20, perSecond: 20, seconds: 10 };
/** How many clients are tried, one after the other, for as long as most words take no longer than this. */
const CROWDS = [500, 1_000, 1_500, 2_000];
const CROWD_LIMIT_MS = 100;

/** @returns the values of each run; one more run before them warms everything up and does not count */
export async function measureStream(options: BenchOptions): Promise<Samples<StreamMeasure>> {
  const { runs, report } = options;
  const samples: Record<StreamMeasure, number[]> = {
    produce: [],
    produceTool: [],
    produceRatio: [],
    consume: [],
    consumeTool: [],
    consumeRatio: [],
    chat: [],
    chatClients: [],
  };
  await onBenchLab(options, async (bench) => {
    const lab = await report.step('stream: ./lab up', () => bringUp(bench, ...MANY_CLIENTS));
    for (let number = 0; number <= runs; number++) {
      const name = number === 0 ? 'to warm up' : `stream, run ${number} of ${runs}`;
      const figures = await report.step(`${name}: messages`, () => measureMessages(bench, number));
      const chat = await report.step(`${name}: the chat`, () => measureChat(bench, lab, CROWD.clients));
      if (number === 0) continue;
      for (const [measure, value] of Object.entries({ ...figures, chat }))
        samples[measure as StreamMeasure].push(value);
    }
    samples.chatClients.push(await report.step('a larger and larger crowd', () => findLargestCrowd(bench, lab)));
  });
  return samples;
}

/** Each command line right before or after the tool of Kafka, by turns, on a topic that both have filled. */
async function measureMessages(bench: Bench, number: number): Promise<Partial<Record<StreamMeasure, number>>> {
  const inTurn = async (ours: () => Promise<number>, theirs: () => Promise<number>): Promise<[number, number]> => {
    if (number % 2 === 0) return [await ours(), await theirs()];
    const first = await theirs();
    return [await ours(), first];
  };
  const [produce, produceTool] = await inTurn(
    () =>
      ownRate(
        bench,
        `producer --broker ${BROKER} --topic ${TOPIC} --count ${MESSAGES} --size ${SIZE} --json 2>/dev/null`,
      ),
    () => produceWithTool(bench),
  );
  const group = `bench-${number}`;
  const [consume, consumeTool] = await inTurn(
    () =>
      ownRate(
        bench,
        `consumer --broker ${BROKER} --topic ${TOPIC} --group ${group} --verify --expect ${MESSAGES} --json 2>/dev/null`,
      ),
    () => consumeWithTool(bench, `${group}-tool`),
  );
  return {
    produce,
    produceTool,
    produceRatio: produce / produceTool,
    consume,
    consumeTool,
    consumeRatio: consume / consumeTool,
  };
}

async function ownRate(bench: Bench, command: string): Promise<number> {
  const { messagesPerSecond } = JSON.parse(await onBroker(bench, command)) as { messagesPerSecond: number };
  return messagesPerSecond;
}

async function produceWithTool(bench: Bench): Promise<number> {
  const flags = `--bootstrap-server ${BROKER} --topic ${TOPIC} --num-records ${MESSAGES} --record-size ${SIZE} --throughput -1`;
  const words = await onBroker(bench, `${TOOL}ProducerPerformance ${flags}`);
  return numberIn(/^\d+ records sent, ([\d.]+) records\/sec .* 99\.9th\.$/m, words);
}

async function consumeWithTool(bench: Bench, group: string): Promise<number> {
  const flags = `--bootstrap-server ${BROKER} --topic ${TOPIC} --num-records ${MESSAGES} --group ${group} --hide-header`;
  const words = await onBroker(bench, `${TOOL}ConsumerPerformance ${flags}`);
  // The last of its columns leaves the time out that it takes to join the group, as the figure of the consumer does.
  return numberIn(/^\d{4}-.*, ([\d.]+)$/m, words);
}

function numberIn(pattern: RegExp, words: string): number {
  const value = Number(pattern.exec(words)?.[1]);
  if (!Number.isFinite(value)) throw new Error(`Kafka's tool says something that nobody expected: ${words}`);
  return value;
}

function onBroker({ stack, signal }: Bench, command: string): Promise<string> {
  return run('docker', ['exec', resourceName(stack, 'kafka-1'), 'sh', '-c', command], { signal });
}

/** Milliseconds within which 99 of 100 words reach a client. */
async function measureChat({ signal }: Bench, { apiUrl }: LabOutputs, clients: number): Promise<number> {
  return percentile(await measureCrowd({ ...CROWD, clients, apiUrl, signal }), 99);
}

async function findLargestCrowd(bench: Bench, lab: LabOutputs): Promise<number> {
  let largest = 0;
  for (const clients of CROWDS) {
    const ms = await measureChat(bench, lab, clients).catch((error: Error) => {
      bench.report.line(`${clients} clients: ${error.message}`);
      return Number.POSITIVE_INFINITY;
    });
    if (!Number.isFinite(ms)) break;
    bench.report.line(`${clients} clients: ${ms.toFixed(0)} ms`);
    if (ms >= CROWD_LIMIT_MS) break;
    largest = clients;
  }
  return largest;
}
