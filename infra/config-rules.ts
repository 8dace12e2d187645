/** What keys of the configuration say of each other: values that are right alone and wrong together. */
import { parseCidr } from './cidr.ts';
import { CLOUD_TRAITS } from './cloud-traits.ts';
import type { LabConfig } from './config.ts';

/** Networks larger than this are "everywhere". */
const LARGEST_ADMIN_BITS = 8;

/** Every contradiction, in words; none where the configuration can be used. */
export function findContradictions(config: LabConfig): string[] {
  const traits = CLOUD_TRAITS[config.cloud];
  const problems: string[] = [];
  const wants = (key: keyof LabConfig, offered: boolean): void => {
    const asked = config[key] !== undefined && config[key] !== false;
    if (asked && !offered) problems.push(`lab:${key} is not offered by the cloud ${config.cloud}`);
  };
  wants('managedDatabase', traits.managedDatabase);
  wants('appServiceRepository', traits.appService);
  wants('shutdownAt', traits.shutdown !== 'nobody');
  if (config.hosts === 'one' && (config.ciRunners > 1 || config.kafkaBrokers > 1)) {
    problems.push(
      `lab:hosts is one, which has one runner and one broker, but lab:ciRunners is ${config.ciRunners} and lab:kafkaBrokers ${config.kafkaBrokers}: set both to 1, or lab:hosts to many`,
    );
  }
  if (traits.costs && config.owner === undefined) {
    problems.push(
      `lab:owner is none, but the cloud ${config.cloud} costs money: say who answers for the lab, -c lab:owner=ann@example.org`,
    );
  }
  if (traits.remote && isEverywhere(config.adminCidr) && !config.confirm.includes('adminCidr')) {
    problems.push(
      `lab:adminCidr is ${config.adminCidr}: that opens SSH to the whole internet. Say from where you come, -c lab:adminCidr=<your address>/32, or that you mean it, -c 'lab:confirm=["adminCidr"]'`,
    );
  }
  if (traits.remote && isEverywhere(config.webCidr) && !config.confirm.includes('webCidr')) {
    problems.push(
      `lab:webCidr is ${config.webCidr}: the whole internet may then read all runs and start new ones. Set the network of its users, -c lab:webCidr=<network>, or confirm it, -c 'lab:confirm=["webCidr"]'`,
    );
  }
  if (traits.remote && config.adminCidr.startsWith('127.')) {
    problems.push(
      `lab:adminCidr is ${config.adminCidr}, from where nobody reaches a host of the cloud ${config.cloud}: say your own address as the internet sees it, -c lab:adminCidr=<address>/32`,
    );
  }
  if (config.shutdownAt !== undefined && isDuring(config.shutdownAt, config.classHours)) {
    problems.push(
      `lab:shutdownAt ${config.shutdownAt} is in the middle of a class (lab:classHours ${config.classHours?.from}-${config.classHours?.to})`,
    );
  }
  return problems;
}

function isEverywhere(cidr: string): boolean {
  const bits = parseCidr(cidr)?.bits;
  return bits !== undefined && bits < LARGEST_ADMIN_BITS;
}

/** Whether a time of day lies in a span of hours, which may go past midnight. */
export function isDuring(time: string, span: LabConfig['classHours']): boolean {
  if (span === undefined) return false;
  const { from, to } = span;
  return from <= to ? from <= time && time < to : time >= from || time < to;
}
