/** The lab, from a description to machines that answer: config -> lab -> cloud -> user-data -> hosts -> ready -> outputs. */
import * as pulumi from '@pulumi/pulumi';
import { packArtifacts } from './infra/artifacts.ts';
import { bootHosts } from './infra/boot.ts';
import { createExpiry } from './infra/clouds/expiry.ts';
import { chooseCloud } from './infra/clouds/index.ts';
import { readConfig } from './infra/config.ts';
import { createCredentials } from './infra/credentials/resource.ts';
import { speakPlainly } from './infra/errors.ts';
import { describeLab, listArtifacts } from './infra/lab.ts';
import { readOperator } from './infra/operator.ts';
import { runServices } from './infra/run-services.ts';
import { describeStackOutputs } from './infra/stack-outputs.ts';

export default await speakPlainly(async () => {
  const projectDir = import.meta.dirname;
  const operator = readOperator(pulumi.getStack());
  const config = readConfig(pulumi.runtime.allConfig(), pulumi.getStack());
  const lab = describeLab(config);
  const artifacts = await packArtifacts(listArtifacts(lab), projectDir, operator.cacheDir);
  const expires = createExpiry(lab);
  const cloud = await chooseCloud(lab, { projectDir, ...(expires === undefined ? {} : { expires }) });
  const credentials = createCredentials(lab, cloud);
  const ready = bootHosts({ lab, cloud, credentials, artifacts, operator, projectDir });
  const services = runServices({ lab, cloud, credentials, artifacts });
  return describeStackOutputs({ lab, cloud, credentials, operator, ready, services, expires });
});
