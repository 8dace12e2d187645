/** Labs whose time is over go, whoever knows of them; the others stay, and so does one whose class is on. */
import { describe, expect, test } from 'vitest';
import { type ExpiredLab, NoLogin } from '../../infra/clouds/target.ts';
import type { CloudName } from '../../infra/config.ts';
import type { StackState } from '../../tools/launcher/pulumi-state.ts';
import {
  type ExpireWork,
  endOf,
  expire,
  formatExpiries,
  isAllGone,
  readClassHours,
} from '../../tools/launcher/verbs/expire.ts';
import { defaultConfig } from '../helpers/lab.ts';

const NOW = new Date('2026-06-01T12:00:00Z');
const OVER = '2026-06-01T11:00:00Z';
const LATER = '2026-06-01T13:00:00Z';

const stateUntil = (expiresAt: string | undefined): StackState => ({
  pending: 0,
  resources: [{ type: 'pulumi:pulumi:Stack', urn: 'urn:stack', outputs: expiresAt === undefined ? {} : { expiresAt } }],
});

/** A stack of this user's, over at a time. */
const own = (stack: string, cloud: CloudName, expiresAt?: string) => ({ stack, cloud, state: stateUntil(expiresAt) });

type Changes = Partial<ExpireWork> & { known?: ExpiredLab[] | Error };

function workWith({ known = [], ...changes }: Changes): ExpireWork & { done: string[] } {
  const done: string[] = [];
  return {
    now: NOW,
    dryRun: false,
    stacks: [],
    targetOf: async (cloud) => ({
      ...(cloud === 'azure'
        ? {
            listExpired: async () => {
              if (known instanceof Error) throw known;
              return known;
            },
          }
        : {}),
    }),
    readClasses: () => ({ classHours: undefined, timeZone: 'UTC' }),
    down: async (stack) => {
      done.push(`down ${stack}`);
      return 0;
    },
    remove: async (cloud, stack) => {
      done.push(`remove ${stack} from ${cloud}`);
      return 0;
    },
    ...changes,
    done,
  };
}

const known = (stack: string): ExpiredLab => ({ stack, expiresAt: new Date(OVER) });

describe('a lab of this user', () => {
  test('goes when its time is over, and stays before, and where it has no end', async () => {
    const work = workWith({
      stacks: [
        own('over', 'local', OVER),
        own('later', 'local', LATER),
        own('ever', 'azure'),
        own('now', 'azure', NOW.toISOString()),
      ],
    });
    const result = await expire(work);
    expect(work.done).toEqual(['down over', 'down now']);
    expect(formatExpiries(result).split('\n')).toEqual([
      'over: its time was over at 2026-06-01T11:00:00.000Z; destroyed, 0 left',
      'now: its time was over at 2026-06-01T12:00:00.000Z; destroyed, 0 left',
    ]);
    expect(isAllGone(result)).toBe(true);
  });

  test('goes once, though its cloud knows of it, too', async () => {
    const work = workWith({ stacks: [own('mine', 'azure', OVER)], known: [known('mine')] });
    await expire(work);
    expect(work.done).toEqual(['down mine']);
  });

  test('that never was all up goes by the tag in its state, or by what its cloud knows', async () => {
    const tagged: StackState = {
      pending: 1,
      resources: [
        { type: 'azure-native:resources:ResourceGroup', urn: 'u', outputs: { tags: { 'cloud-lab.expires': OVER } } },
      ],
    };
    expect(endOf(tagged)).toEqual(new Date(OVER));
    const marked = {
      type: 'openstack:compute/instance:Instance',
      urn: 'u',
      outputs: { metadata: { 'cloud-lab.expires': OVER } },
    };
    expect(endOf({ ...tagged, resources: [marked] })).toEqual(new Date(OVER));
    const work = workWith({ stacks: [own('half', 'azure')], known: [known('half')] });
    await expire(work);
    expect(work.done).toEqual(['down half']);
  });

  test('is left alone while its class is on, on the clocks of its time zone', async () => {
    const classHours = { from: '13:30', to: '15:00' };
    const stacks = [own('class', 'azure', OVER)];
    const paris = workWith({ stacks, readClasses: () => ({ classHours, timeZone: 'Europe/Paris' }) });
    const result = await expire(paris);
    expect(paris.done).toEqual([]);
    expect(formatExpiries(result)).toContain('left alone, as there is a class until 15:00 Europe/Paris');
    expect(isAllGone(result)).toBe(true);
    const london = workWith({ stacks, readClasses: () => ({ classHours, timeZone: 'Europe/London' }) });
    await expire(london);
    expect(london.done).toEqual(['down class']);
  });

  test('that cannot be given back is told, and the others go all the same', async () => {
    const work = workWith({
      stacks: [own('stuck', 'azure', OVER), own('bad', 'azure', OVER), own('good', 'azure', OVER)],
    });
    work.down = async (stack) => {
      if (stack === 'bad') throw new Error('Azure is away\n  for a while');
      return stack === 'stuck' ? 3 : 0;
    };
    const result = await expire(work);
    expect(
      formatExpiries(result)
        .split('\n')
        .map((line) => line.split('; ').slice(1).join('; ')),
    ).toEqual(['NOT destroyed: 3 left', 'NOT destroyed: Azure is away; for a while', 'destroyed, 0 left']);
    expect(isAllGone(result)).toBe(false);
  });
});

describe('a lab that only its cloud knows of', () => {
  test('goes by what the cloud has of it: a lab of the same name elsewhere is another', async () => {
    const work = workWith({ stacks: [own('dev', 'local', LATER)], known: [known('dev')] });
    await expire(work);
    expect(work.done).toEqual(['remove dev from azure']);
    const both = workWith({ stacks: [own('dev', 'local', OVER)], known: [known('dev')] });
    await expire(both);
    expect(both.done).toEqual(['down dev', 'remove dev from azure']);
  });
});

describe('a cloud that cannot be asked', () => {
  test('is no matter where nobody is logged in and nothing of this user is there', async () => {
    const result = await expire(workWith({ stacks: [own('dev', 'local')], known: new NoLogin('az login') }));
    expect(formatExpiries(result)).toBe('no lab whose time is over');
    expect(isAllGone(result)).toBe(true);
  });

  test.each([
    ['a lab of this user is there', [own('mine', 'azure')], new NoLogin('run az login')],
    ['it fails in another way', [], new Error('run az login')],
  ])('is told where %s', async (_, stacks, error) => {
    const result = await expire(workWith({ stacks, known: error }));
    expect(formatExpiries(result)).toBe('azure: could not be asked: run az login');
    expect(isAllGone(result)).toBe(false);
  });
});

test('a dry run says what would go, and touches nothing', async () => {
  const work = workWith({ stacks: [own('over', 'local', OVER)], known: [known('other')], dryRun: true });
  const result = await expire(work);
  expect(work.done).toEqual([]);
  expect(result.labs.map(({ outcome }) => outcome)).toEqual(['due', 'due']);
});

test('the hours of classes are known also where the rest of the configuration cannot be used', () => {
  const own = { 'lab:classHours': '08:00-10:00', 'lab:timeZone': 'Europe/Paris', 'lab:ciRunners': '99' };
  const { classHours, timeZone } = readClassHours(defaultConfig(), own, 'mine');
  expect(classHours).toEqual({ from: '08:00', to: '10:00' });
  expect(timeZone).toBe('Europe/Paris');
});
