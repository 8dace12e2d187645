/**
 * The web app in a process with as little memory as on its host, on documents that do all they can to fill it. Prints how
 * often each status was answered, as JSON.
 */
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { coverageBlobName, coverageFileBlobName, testsBlobName } from '@cloud-lab/common/ci-messages';
import Fastify from 'fastify';
import { createCiDocuments } from '../../../apps/web/src/ci/documents.ts';
import type { ReportStore } from '../../../apps/web/src/ci/report-store.ts';
import { registerCiDocuments } from '../../../apps/web/src/routes/ci-documents.ts';
import { registerCiPages } from '../../../apps/web/src/routes/ci-pages.ts';
import { finished, newRun } from './ci-fixtures.ts';
import { createMemoryRunStore } from './memory-run-store.ts';

const MIB = 1024 * 1024;
const AT_ONCE = 12;

/** As many bytes as a document may have, and more. */
const SIZES = [4 * MIB, 60 * MIB];

const fill = (before: string, each: string, after: string, bytes: number): Buffer =>
  Buffer.from(`${before}${each.repeat(Math.floor((bytes - before.length - after.length) / each.length))}${after}`);

const TEST = '{"name":"","suite":"","state":"failed","durationMs":null,"message":"\\"\'\'\'\'"},';
const LAST_TEST = `${TEST.slice(0, -1)}]}`;
const LINE = '{"text":"\'","state":null,"changed":true},';
const FILE = '{"path":"x","percent":0,"lines":{"covered":0,"total":0},"changed":null}';

/** Each by what it is full of. */
const HOSTILE: Record<string, (bytes: number) => Buffer> = {
  lists: (bytes) => fill('{"tests":[],"files":[],"x":[', '[],', '[]]}', bytes),
  depth: (bytes) => Buffer.from(`{"tests":${'['.repeat(bytes / 2 - 8)}${']'.repeat(bytes / 2 - 8)}}`),
  tests: (bytes) => fill('{"tests":[', TEST, LAST_TEST, bytes),
  lines: (bytes) => fill('{"path":"x","lines":[', LINE, `${LINE.slice(0, -1)}]}`, bytes),
  names: (bytes) => Buffer.from(`{${Array.from({ length: bytes / 16 }, (_, at) => `"k${at}":1`).join()}}`),
  text: (bytes) => fill('{"path":"x","lines":[{"text":"', "'", '","state":null,"changed":true}]}', bytes),
};

const runs = createMemoryRunStore();
const documents = new Map<string, Buffer>();
const urls: string[] = [];
for (const make of Object.values(HOSTILE)) {
  for (const size of SIZES) {
    const run = newRun();
    await runs.insert(run);
    await runs.apply(finished(run.id));
    const document = make(size);
    documents.set(testsBlobName(run.id), document);
    documents.set(
      coverageBlobName(run.id),
      Buffer.from(`{"percent":0,"lines":{"covered":0,"total":0},"changed":null,"files":[${FILE}]}`),
    );
    documents.set(coverageFileBlobName(run.id, 0), document);
    urls.push(
      `/api/v1/ci/${run.id}/tests`,
      `/api/v1/ci/${run.id}/coverage/x`,
      `/ci/${run.id}`,
      `/ci/${run.id}/coverage/x`,
    );
  }
}
const reports: Pick<ReportStore, 'document'> = { document: async (name) => documents.get(name) };

const app = Fastify();
const ciDocuments = createCiDocuments(reports);
registerCiDocuments(app, runs, ciDocuments);
registerCiPages(app, {
  lab: { name: 'test', version: '0', endpoints: {} },
  ci: { repositories: ['myapp'], defaultRepository: 'myapp', usage: async () => [] },
  runs,
  documents: ciDocuments,
});
await app.listen({ host: '127.0.0.1', port: 0 });
const { port } = app.server.address() as AddressInfo;

const statuses: Record<string, number> = {};
const ask = async (url: string): Promise<void> => {
  const answer = await fetch(`http://127.0.0.1:${port}${url}`);
  await answer.body?.pipeTo(new WritableStream());
  statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
};
/** Asks and reads nothing of the answer. */
const stare = (url: string): void => {
  const socket = connect(port, '127.0.0.1', () => socket.write(`GET ${url} HTTP/1.1\r\nHost: x\r\n\r\n`));
  socket.pause();
  socket.on('error', () => undefined);
};
for (const url of urls) for (let count = 0; count < 3; count += 1) stare(url);
for (const url of urls) await Promise.all(Array.from({ length: AT_ONCE }, () => ask(url)));
process.stdout.write(`${JSON.stringify(statuses)}\n`);
process.exit(0);
