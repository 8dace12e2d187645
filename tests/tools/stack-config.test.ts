/** A stack's configuration comes from its files and the command line, and a stack that is gone leaves none of its own behind. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../infra/config.ts';
import { Problem } from '../../infra/problem.ts';
import {
  checkStackName,
  forgetStackFile,
  keepSettings,
  readStackCloud,
  readStackConfig,
  stackFile,
} from '../../tools/launcher/stack-config.ts';
import { configWith, PROJECT_DIR } from '../helpers/lab.ts';
import { temporaryFolder, write } from './fake-project.ts';

const SALT = 'encryptionsalt: v1:c2FsdA==:v1:abc';

/** A project with the real Pulumi.yaml, and a file for the stack `mine` where its text is given. */
function project(own?: string): string {
  const folder = temporaryFolder();
  write(join(folder, 'Pulumi.yaml'), readFileSync(join(PROJECT_DIR, 'Pulumi.yaml'), 'utf8'));
  if (own !== undefined) write(stackFile(folder, 'mine'), own);
  return folder;
}

describe('the configuration of a stack', () => {
  test('is all defaults where it has no file', () => {
    expect(readStackConfig(project(), 'mine', [])).toEqual(configWith({}, 'mine'));
  });

  test.each([['', '# nothing yet\n', 'config:\n', `${SALT}\n`]])(
    'is all defaults where its file says nothing',
    (own) => {
      expect(readStackConfig(project(own), 'mine', [])).toEqual(configWith({}, 'mine'));
    },
  );

  test('comes from its file before the defaults, and from the command line before the file', () => {
    const folder = project('config:\n  lab:ciRunners: 2\n  lab:ciRepositories: [one, two]\n  lab:readyTimeout: "60"\n');
    expect(readStackConfig(folder, 'mine', [])).toMatchObject({
      ciRunners: 2,
      ciRepositories: ['one', 'two'],
      readyTimeout: 60,
      portBase: 0,
    });
    const set = readStackConfig(folder, 'mine', ['lab:ciRunners=3', 'lab:ciRepositories=["three"]', 'lab:ciRunners=4']);
    expect(set).toMatchObject({ ciRunners: 4, ciRepositories: ['three'], readyTimeout: 60 });
  });

  test('is refused in words where the file is no YAML, naming the file', () => {
    const folder = project('config: [unclosed\n');
    expect(() => readStackConfig(folder, 'mine', [])).toThrow(Problem);
    expect(() => readStackConfig(folder, 'mine', [])).toThrow(`${stackFile(folder, 'mine')} is not valid YAML: `);
  });

  test.each(['lab:ciRunners', 'ciRunners=2', '=2', 'lab:ci runners=2'])('refuses -c %s', (setting) => {
    expect(() => readStackConfig(project(), 'mine', [setting])).toThrow(
      new Problem(`-c ${setting} is not of the form lab:key=value.`),
    );
  });

  test('keeps "=" and newlines in a value, and refuses unknown keys as the program will', () => {
    expect(() => readStackConfig(project(), 'mine', ['lab:cloud=a=b\nc'])).toThrow('but it is "a=b\\nc"');
    expect(() => readStackConfig(project(), 'mine', ['lab:runners=2'])).toThrow(ConfigError);
  });
});

describe('what the command line sets', () => {
  test('is kept in the file of the stack, lists as lists, beside what was there', () => {
    const folder = project('# Mine.\nconfig:\n  lab:ciRunners: 2 # two\n  lab:subnet: auto\n');
    keepSettings(folder, 'mine', ['lab:ciRunners=3', 'lab:ciRepositories=["one","two"]', 'lab:cloud=local']);
    const text = readFileSync(stackFile(folder, 'mine'), 'utf8');
    expect(text).toContain('# Mine.\nconfig:\n  lab:ciRunners: 3 # two\n  lab:subnet: auto\n');
    expect(readStackConfig(folder, 'mine', [])).toMatchObject({ ciRunners: 3, ciRepositories: ['one', 'two'] });
    expect(text).toContain('lab:ciRepositories:\n    - one\n    - two\n');
  });

  test('makes the file where there is none, and touches nothing where it sets nothing', () => {
    const folder = project();
    keepSettings(folder, 'mine', []);
    expect(existsSync(stackFile(folder, 'mine'))).toBe(false);
    keepSettings(folder, 'mine', ['lab:ciRunners=2']);
    expect(readFileSync(stackFile(folder, 'mine'), 'utf8')).toBe('config:\n  lab:ciRunners: 2\n');
  });
});

describe('the cloud of a stack', () => {
  test('is known also where the rest of its configuration cannot be used', () => {
    expect(readStackCloud(project('config:\n  lab:cloud: local\n  lab:ciRunners: 99\n'), 'mine')).toBe('local');
    expect(readStackCloud(project('config:\n  lab:cloud: mars\n'), 'mine')).toBe('local');
    expect(readStackCloud(project(), 'mine')).toBe('local');
  });
});

describe('the file of a stack that is gone', () => {
  test('loses its salt alone: the configuration and the comments stay as they were', () => {
    const own = '# What this is for.\nconfig:\n  # Two of them.\n  lab:ciRunners: 2 # enough\n';
    for (const text of [`${own}${SALT}\n`, own]) {
      const folder = project(text);
      forgetStackFile(folder, 'mine');
      expect(readFileSync(stackFile(folder, 'mine'), 'utf8')).toBe(own);
    }
  });

  test('goes where it held nothing but the salt; where there is none, nothing happens', () => {
    const folder = project(`${SALT}\n`);
    forgetStackFile(folder, 'mine');
    expect(existsSync(stackFile(folder, 'mine'))).toBe(false);
    forgetStackFile(folder, 'mine');
  });

  test.each(['', '# nothing yet\n', `# mine\n${SALT}\n`])('is no obstacle where it is %j', (own) => {
    const folder = project(own);
    forgetStackFile(folder, 'mine');
    const left = existsSync(stackFile(folder, 'mine')) ? readFileSync(stackFile(folder, 'mine'), 'utf8') : '';
    expect(left).not.toContain('encryptionsalt');
    expect(readStackConfig(folder, 'mine', [])).toEqual(configWith({}, 'mine'));
  });
});

describe('the name of a stack', () => {
  test.each(['dev', 'bench-4711', 'a.b_c', '2'])('may be %s', (name) => {
    expect(checkStackName(name)).toBe(name);
  });

  test.each(['', '-s', '../dev', 'a/b', 'a..b', 'ä', 'a b', 'a'.repeat(41)])('may not be %j, in words', (name) => {
    expect(() => checkStackName(name)).toThrow(
      new Problem(`"${name}" cannot name a stack: use up to 40 letters, digits, ".", "_" and "-".`),
    );
  });
});
