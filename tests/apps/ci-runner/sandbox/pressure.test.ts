/** Where the kernel counts, by the version of its control groups. */
import { describe, expect, it } from 'vitest';
import { groupFolders } from '../../../../apps/ci-runner/src/sandbox/pressure.ts';

describe('groupFolders', () => {
  it('are one folder where there is one tree (version 2)', () => {
    expect(groupFolders('0::/ci.slice/ci-jobs.slice/ci-job@1.service\n')).toEqual({
      memory: '/sys/fs/cgroup/ci.slice/ci-jobs.slice/ci-job@1.service',
      pids: '/sys/fs/cgroup/ci.slice/ci-jobs.slice/ci-job@1.service',
    });
  });

  it('are one for each controller where there are many (version 1)', () => {
    const text = '8:pids:/a/job.service\n4:memory:/b/job.service\n2:cpu,cpuacct:/c\n0::/unified\n';
    expect(groupFolders(text)).toEqual({
      memory: '/sys/fs/cgroup/memory/b/job.service',
      pids: '/sys/fs/cgroup/pids/a/job.service',
    });
  });
});
