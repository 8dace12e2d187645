/** The API keeps what its description says, whatever it is asked: no error of its own, no status and no answer that is not described. */
import { expect, inject, test } from 'vitest';
import { ciClient } from '../helpers/ci.ts';
import { outputOf, PATIENCE } from '../helpers/launcher.ts';
import { checkContract } from '../helpers/schemathesis.ts';

const { stack, outputs } = inject('e2e');

const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'unsupported_method',
  'allow_header_conformance',
];

/** Streams of events stay open for as long as their clients do: whoever waits for their end waits for ever. */
const ENDLESS = '/events$';
const ENDLESS_COUNT = 3;

const EXAMPLES = 12;
const SECONDS = 150;

/** What an address has to name so that there is something behind it, and the secret without which a webhook says one thing. */
const settingsFor = (runId: string, webhookSecret: string): string => `
[parameters]
"path.room" = "api-contract"

[[operations]]
include-path-regex = '/api/v1/ci/\\{id\\}(/(log|tests|coverage))?$'
parameters = { "path.id" = "${runId}" }

[[operations]]
include-path-regex = '/api/v1/ci/\\{id\\}/coverage/'
parameters = { "path.id" = "${runId}", "path.*" = "mylib.py" }

[[operations]]
include-path-regex = '/api/v1/ci/\\{id\\}/report/'
parameters = { "path.id" = "${runId}", "path.*" = "index.html" }

[[operations]]
include-path = "/api/v1/ci/webhook"
headers = { "X-Gitlab-Token" = "${webhookSecret}" }
`;

test(
  'the API keeps its description',
  async () => {
    const { run } = await ciClient(outputs.apiUrl).test('main');
    const text = await outputOf('./lab', ['pulumi', 'stack', 'output', '--json', '--show-secrets', '--stack', stack]);
    const { ciWebhookSecret } = JSON.parse(text) as { ciWebhookSecret: string };
    const { words, operations, test_cases, warnings } = await checkContract({
      url: `${outputs.webUrl}/api/openapi.json`,
      settings: settingsFor(run.id, ciWebhookSecret),
      args: [
        `--checks=${CHECKS.join()}`,
        `--exclude-path-regex=${ENDLESS}`,
        // Nobody waits for the runs that are started.
        '--header=Prefer: respond-async',
        // After 429 it waits as long as it is told to.
        '--rate-limit=auto',
        '--phases=coverage,fuzzing,stateful',
        '--seed=1',
        `--max-examples=${EXAMPLES}`,
        `--max-time=${SECONDS * PATIENCE}`,
        '--request-timeout=30',
        '--continue-on-failure',
        '--report=json',
      ],
      timeoutMs: (SECONDS + 120) * 1_000 * PATIENCE,
    });
    expect(test_cases, words).toMatchObject({ with_failures: 0, errored: 0 });
    expect(test_cases.generated).toBeGreaterThan(500);
    expect(operations, words).toMatchObject({ errored: 0, selected: operations.total - ENDLESS_COUNT });
    expect(operations.tested).toBe(operations.selected);
    // What it could not try: then the test says less than it seems to.
    expect(warnings, words).toMatchObject({ missing_auth: [], missing_test_data: [], rate_limited: [] });
  },
  (SECONDS + 180) * 1_000 * PATIENCE,
);
