/** The table of endpoints that ends `./lab up`. */
import type { LabOutputs } from '../../infra/outputs.ts';

const ROWS: [keyof LabOutputs, string][] = [
  ['webUrl', 'web page'],
  ['webUrlTls', "the same over TLS (the lab's own authority)"],
  ['apiUrl', 'REST API; its description: /api/docs'],
  ['ciUrl', 'CI: POST {"branch":"main"}'],
  ['coverageUrl', 'coverage report, after the first CI run'],
  ['chatUrl', 'chat; in the terminal: ./lab chat ROOM'],
  ['streamUrl', 'Kafka at work: lanes, groups, lag'],
  ['gitUrl', 'Git repository that the CI tests'],
  ['kafkaBootstrap', 'Kafka, TLS and SCRAM: ./lab stream produce | consume'],
  ['kafkaPlaintext', 'Kafka without TLS and password'],
  ['blobUrl', 'blob storage'],
  ['containerUrl', 'container instance: /add_numbers?num1=1&num2=2'],
  ['functionUrl', 'function: ?num1=1&num2=2'],
  ['appServiceUrl', 'web app of lab:appServiceRepository'],
  ['expiresAt', 'when ./lab expire gives it back'],
];

export function formatEndpoints(outputs: Partial<LabOutputs>, stack: string): string {
  const rows = ROWS.flatMap(([key, text]) => {
    const value = outputs[key];
    return typeof value === 'string' ? [[key, value, text] as const] : [];
  });
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map(
    ([key, value, text]) => `  ${key.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${text}`,
  );
  const name = stack === 'dev' ? '' : ` ${stack}`;
  return [...lines, '', `  Look after it: ./lab status${name}   Give it back: ./lab down${name}`].join('\n');
}
