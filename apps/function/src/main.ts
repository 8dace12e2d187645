/** The process of the function host. */
import { runService } from '@cloud-lab/common/run-service';
import { buildHost } from './host.ts';

await runService('function', (log) => buildHost({ log }));
