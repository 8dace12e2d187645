/** Pulumi's language host for Node: the engine asks it over gRPC to run the project's program with the node that is first on PATH. */

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const engineAddress = process.argv.at(-1);
// It is installed in a cache folder, so the SDK is that of the project which it is started in.
const sdk = sdkOf(process.cwd());
// What the SDK itself depends on may lie below it.
const sdkInside = createRequire(sdk.resolve('@pulumi/pulumi'));
const grpc = sdkInside('@grpc/grpc-js');
const { Empty } = sdkInside('google-protobuf/google/protobuf/empty_pb.js');
const { LanguageRuntimeService } = sdk('@pulumi/pulumi/proto/language_grpc_pb');
const messages = sdk('@pulumi/pulumi/proto/language_pb');
const { PluginInfo } = sdk('@pulumi/pulumi/proto/plugin_pb');

/** The status by which a program says that it has told its error itself. */
const alreadyTold = 32;
const running = new Set();

/** A `require` that looks from `folder`, where @pulumi/pulumi has to be installed. */
function sdkOf(folder) {
  const require = createRequire(join(folder, 'package.json'));
  try {
    require.resolve('@pulumi/pulumi');
    return require;
  } catch {
    console.error(`@pulumi/pulumi is not installed in ${folder}: run \`npm install\` there.`);
    process.exit(1);
  }
}

/** Starts a process that ends with this one. */
function start(command, args, options) {
  const child = spawn(command, args, options);
  running.add(child);
  child.once('close', () => running.delete(child));
  return child;
}

function stopAll() {
  for (const child of running) child.kill('SIGTERM');
}

function environment(request, options) {
  return {
    ...process.env,
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toObject())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    PULUMI_NODEJS_TYPESCRIPT: String(options.typescript !== false),
    ...(options.tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
  };
}

/** Runs the program; what it prints goes to the engine, which shows it. */
function run({ request }, answer) {
  const info = request.getInfo();
  const options = info.getOptions()?.toJavaScript() ?? {};
  const args = [
    ...String(options.nodeargs ?? '')
      .split(/\s+/)
      .filter(Boolean),
    sdkOf(info.getProgramDirectory()).resolve('@pulumi/pulumi/cmd/run'),
    `--engine=${engineAddress}`,
    `--monitor=${request.getMonitorAddress()}`,
    `--project=${request.getProject()}`,
    `--stack=${request.getStack()}`,
    `--organization=${request.getOrganization()}`,
    `--root-directory=${info.getRootDirectory()}`,
    `--pwd=${request.getPwd()}`,
    `--parallel=${request.getParallel()}`,
    ...(request.getDryrun() ? ['--dry-run'] : []),
    info.getEntryPoint(),
    ...request.getArgsList(),
  ];
  const response = new messages.RunResponse();
  const child = start('node', args, { stdio: ['ignore', 'inherit', 'inherit'], env: environment(request, options) });
  child.once('error', (error) => answer(null, response.setError(`node can't be started: ${error.message}`)));
  child.once('exit', (code, signal) => {
    if (code === alreadyTold) response.setBail(true);
    else if (code !== 0) response.setError(`The program ended with ${signal === null ? `status ${code}` : signal}.`);
    answer(null, response);
  });
}

function installDependencies(call) {
  const child = start('npm', ['install'], { cwd: call.request.getDirectory(), stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', (text) => call.write(new messages.InstallDependenciesResponse().setStdout(text)));
  child.stderr.on('data', (text) => call.write(new messages.InstallDependenciesResponse().setStderr(text)));
  child.once('error', (error) => call.destroy(new Error(`npm can't be started: ${error.message}`)));
  child.once('close', (code) => (code === 0 ? call.end() : call.destroy(new Error(`npm install ended with ${code}.`))));
}

/** The packages that the program names itself, in the versions that are installed. */
function getProgramDependencies({ request }, answer) {
  const folder = request.getInfo().getProgramDirectory();
  const manifest = (...path) => JSON.parse(readFileSync(join(folder, ...path, 'package.json'), 'utf8'));
  const list = Object.keys(manifest().dependencies ?? {}).map((name) =>
    new messages.DependencyInfo().setName(name).setVersion(manifest('node_modules', name).version),
  );
  answer(null, new messages.GetProgramDependenciesResponse().setDependenciesList(list));
}

const empty = (response) => (_call, answer) => answer(null, response);
const about = new messages.AboutResponse().setExecutable(process.execPath).setVersion(process.version);
const server = new grpc.Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 });
server.addService(LanguageRuntimeService, {
  run,
  installDependencies,
  getProgramDependencies,
  handshake: empty(new messages.LanguageHandshakeResponse()),
  // Naming none lets the engine fetch a plugin when a stack uses it, so that no stack needs another cloud's.
  getRequiredPlugins: empty(new messages.GetRequiredPluginsResponse()),
  getRequiredPackages: empty(new messages.GetRequiredPackagesResponse()),
  runtimeOptionsPrompts: empty(new messages.RuntimeOptionsResponse()),
  getPluginInfo: empty(new PluginInfo().setVersion(sdk('@pulumi/pulumi/package.json').version)),
  about: empty(about),
  cancel: (_call, answer) => {
    stopAll();
    answer(null, new Empty());
  },
});
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  // The engine reads the port from the first line.
  console.log(port);
});

process.on('exit', stopAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
// An engine that was killed can't say so; its child is then given another parent.
const engine = process.ppid;
setInterval(() => process.ppid === engine || process.exit(1), 1000).unref();
