/** The process in the container `numbers`. */
import { runService } from '@cloud-lab/common/run-service';
import { buildApp } from './app.ts';

await runService('numbers', buildApp);
