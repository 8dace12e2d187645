/**
 * The process of a stand-in for a cloud's plugin: speaks Pulumi's provider protocol, records each call, and invents nothing.
 * `node provider.ts --version V --tables MODULE --record FILE [ENGINE]`; prints its port, as plugins do.
 */
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import type * as grpcTypes from '@grpc/grpc-js';
import plugin from '@pulumi/pulumi/proto/plugin_pb.js';
import services from '@pulumi/pulumi/proto/provider_grpc_pb.js';
import messages from '@pulumi/pulumi/proto/provider_pb.js';
import type { Empty as EmptyMessage } from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Struct as StructMessage } from 'google-protobuf/google/protobuf/struct_pb.js';
import { createAnswers } from './answers.ts';
import type { Difference } from './compare-inputs.ts';
import { appendCall, type Call, type Method } from './record.ts';
import type { Properties, StandInTables } from './tables.ts';

// What the SDK itself depends on may lie below it.
const sdk = createRequire(import.meta.resolve('@pulumi/pulumi'));
const grpc = sdk('@grpc/grpc-js') as typeof grpcTypes;
const { Empty } = sdk('google-protobuf/google/protobuf/empty_pb.js') as { Empty: typeof EmptyMessage };
const { Struct } = sdk('google-protobuf/google/protobuf/struct_pb.js') as { Struct: typeof StructMessage };

const { values: options } = parseArgs({
  options: { version: { type: 'string' }, tables: { type: 'string' }, record: { type: 'string' } },
  // The engine adds its own.
  strict: false,
});
const { version, tables, record } = options;
if (typeof version !== 'string' || typeof tables !== 'string' || typeof record !== 'string') {
  console.error('A stand-in needs --version, --tables and --record.');
  process.exit(1);
}
const answers = createAnswers(((await import(tables)) as { default: StandInTables }).default);

const propertiesOf = (struct: StructMessage | undefined): Properties => struct?.toJavaScript() ?? {};
const structOf = (properties: Properties): StructMessage =>
  Struct.fromJavaScript(properties as Parameters<typeof Struct.fromJavaScript>[0]);

/** A method of the service: records what it was asked, and turns what it throws into an answer in words. */
function answer<Request, Response>(
  method: Method,
  describe: (request: Request) => Omit<Call, 'method'>,
  respond: (request: Request, call: Omit<Call, 'method'>) => Response,
): grpcTypes.handleUnaryCall<Request, Response> {
  return ({ request }, callback) => {
    const call: Call = { method, ...describe(request) };
    try {
      const response = respond(request, call);
      appendCall(record as string, call);
      callback(null, response);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      appendCall(record as string, { ...call, error: message });
      callback({ code: grpc.status.UNKNOWN, details: message });
    }
  };
}

const nothing = (): Omit<Call, 'method'> => ({});

type ResourceRequest = { getUrn(): string };

/** A URN ends with the type, after those of its parents, and the name: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. */
function resourceOf(request: ResourceRequest): { urn: string; type: string; name: string } {
  const urn = request.getUrn();
  const [, , types = '', ...name] = urn.split('::');
  return { urn, type: types.split('$').at(-1) ?? types, name: name.join('::') };
}

const KINDS = messages.PropertyDiff.Kind;
const KIND_OF = { add: KINDS.ADD, delete: KINDS.DELETE, update: KINDS.UPDATE };
const REPLACING_KIND_OF = { add: KINDS.ADD_REPLACE, delete: KINDS.DELETE_REPLACE, update: KINDS.UPDATE_REPLACE };

function diffResponseOf(differences: readonly Difference[]): InstanceType<typeof messages.DiffResponse> {
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  const topOf = ({ path }: Difference): string => /^[^.[]+/.exec(path)?.[0] ?? path;
  const replacing = differences.filter(({ replaces }) => replaces);
  const response = new messages.DiffResponse();
  response.setChanges(differences.length === 0 ? DIFF_NONE : DIFF_SOME);
  response.setDiffsList([...new Set(differences.map(topOf))]);
  response.setReplacesList([...new Set(replacing.map(topOf))]);
  // Its name is the same, so there cannot be two of it.
  response.setDeletebeforereplace(replacing.length > 0);
  response.setHasdetaileddiff(true);
  for (const { path, kind, replaces } of differences) {
    const detail = new messages.PropertyDiff();
    detail.setKind((replaces ? REPLACING_KIND_OF : KIND_OF)[kind]);
    detail.setInputdiff(true);
    response.getDetaileddiffMap().set(path, detail);
  }
  return response;
}

const service: Partial<services.IResourceProviderServer> = {
  handshake: answer('Handshake', nothing, () => {
    const response = new messages.ProviderHandshakeResponse();
    response.setAcceptSecrets(true);
    return response;
  }),
  attach: answer('Attach', nothing, () => new Empty()),
  getPluginInfo: answer('GetPluginInfo', nothing, () => {
    const info = new plugin.PluginInfo();
    info.setVersion(version);
    return info;
  }),
  getSchema: answer('GetSchema', nothing, () => new messages.GetSchemaResponse()),
  checkConfig: answer(
    'CheckConfig',
    (request) => ({ urn: request.getUrn(), inputs: propertiesOf(request.getNews()) }),
    (request) => {
      const response = new messages.CheckResponse();
      response.setInputs(request.getNews());
      return response;
    },
  ),
  diffConfig: answer(
    'DiffConfig',
    (request) => ({ urn: request.getUrn(), inputs: propertiesOf(request.getNews()) }),
    () => diffResponseOf([]),
  ),
  configure: answer(
    'Configure',
    (request) => ({ inputs: propertiesOf(request.getArgs()) }),
    () => {
      const response = new messages.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      return response;
    },
  ),
  check: answer(
    'Check',
    (request) => ({ ...resourceOf(request), inputs: propertiesOf(request.getNews()) }),
    (_request, { type = '', name = '', inputs = {} }) => {
      const response = new messages.CheckResponse();
      response.setInputs(structOf(answers.check(type, name, inputs)));
      return response;
    },
  ),
  diff: answer(
    'Diff',
    (request) => ({
      ...resourceOf(request),
      id: request.getId(),
      inputs: propertiesOf(request.getNews()),
      oldInputs: propertiesOf(request.getOldInputs()),
    }),
    (_request, { type = '', name = '', inputs = {}, oldInputs = {} }) =>
      diffResponseOf(answers.diff(type, name, oldInputs, inputs)),
  ),
  create: answer(
    'Create',
    (request) => ({
      ...resourceOf(request),
      inputs: propertiesOf(request.getProperties()),
      preview: request.getPreview(),
    }),
    (_request, call) => {
      const { type = '', name = '', inputs = {}, preview = false } = call;
      const { id, outputs } = answers.put(type, name, inputs, preview);
      call.id = id;
      const response = new messages.CreateResponse();
      response.setId(id);
      response.setProperties(structOf(outputs));
      return response;
    },
  ),
  update: answer(
    'Update',
    (request) => ({
      ...resourceOf(request),
      id: request.getId(),
      inputs: propertiesOf(request.getNews()),
      oldInputs: propertiesOf(request.getOldInputs()),
      preview: request.getPreview(),
    }),
    (_request, { type = '', name = '', inputs = {}, preview = false }) => {
      const response = new messages.UpdateResponse();
      response.setProperties(structOf(answers.put(type, name, inputs, preview).outputs));
      return response;
    },
  ),
  read: answer(
    'Read',
    (request) => ({ ...resourceOf(request), id: request.getId(), inputs: propertiesOf(request.getInputs()) }),
    (request, { type = '', name = '' }) => {
      const state = { id: request.getId(), outputs: propertiesOf(request.getProperties()) };
      const { id, outputs } = answers.read(type, name, state);
      const response = new messages.ReadResponse();
      response.setId(id);
      response.setProperties(structOf(outputs));
      response.setInputs(request.getInputs());
      return response;
    },
  ),
  delete: answer(
    'Delete',
    (request) => ({ ...resourceOf(request), id: request.getId(), inputs: propertiesOf(request.getProperties()) }),
    () => new Empty(),
  ),
  invoke: answer(
    'Invoke',
    (request) => ({ type: request.getTok(), inputs: propertiesOf(request.getArgs()) }),
    (_request, { type = '', inputs = {} }) => {
      const response = new messages.InvokeResponse();
      response.setReturn(structOf(answers.invoke(type, inputs)));
      return response;
    },
  ),
  cancel: answer('Cancel', nothing, () => new Empty()),
};

const server = new grpc.Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 });
server.addService(services.ResourceProviderService, service as grpcTypes.UntypedServiceImplementation);
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  // The engine reads the port from the first line.
  console.log(port);
});

// An engine that was killed can't say so; its child is then given another parent.
const engine = process.ppid;
setInterval(() => process.ppid === engine || process.exit(1), 1000).unref();
