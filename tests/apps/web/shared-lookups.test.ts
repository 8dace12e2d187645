/** Many requests share look-ups at the Git server, and none gets an answer from before it asked. */
import { describe, expect, it } from 'vitest';
import type { Branch } from '../../../apps/web/src/ci/git-server.ts';
import { shareLookups } from '../../../apps/web/src/ci/shared-lookups.ts';

type Answer = PromiseWithResolvers<Branch[]> & { repository: string };

function gitByHand() {
  const asked: Answer[] = [];
  const git = shareLookups({
    branches(repository) {
      const answer = { ...Promise.withResolvers<Branch[]>(), repository };
      asked.push(answer);
      return answer.promise;
    },
  });
  return { git, asked };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));
const main = (commit: string): Branch[] => [{ name: 'main', commit }];

describe('shareLookups', () => {
  it('asks anew for those that come while one look-up goes on, once for all of them', async () => {
    const { git, asked } = gitByHand();
    const first = git.branches('myapp');
    const others = Array.from({ length: 49 }, () => git.branches('myapp'));
    await turn();
    expect(asked).toHaveLength(1);
    asked[0]?.resolve(main('old'));
    expect(await first).toEqual(main('old'));
    await turn();
    expect(asked).toHaveLength(2);
    asked[1]?.resolve(main('new'));
    expect(new Set(await Promise.all(others))).toEqual(new Set([await others[0]]));
    expect(await others[0]).toEqual(main('new'));
  });

  it('asks again once all is answered, and keeps repositories apart', async () => {
    const { git, asked } = gitByHand();
    void git.branches('myapp');
    void git.branches('other');
    expect(asked.map(({ repository }) => repository)).toEqual(['myapp', 'other']);
    asked[0]?.resolve([]);
    await turn();
    void git.branches('myapp');
    expect(asked).toHaveLength(3);
  });

  it('tells those who asked of a failure, and the next ones nothing of it', async () => {
    const { git, asked } = gitByHand();
    const [first, second] = [git.branches('myapp'), git.branches('myapp')];
    asked[0]?.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await turn();
    asked[1]?.resolve(main('new'));
    expect(await second).toEqual(main('new'));
  });
});
