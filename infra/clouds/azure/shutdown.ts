/** Shuts machines down and gives them back each day: a machine that is only stopped goes on costing, one that is deallocated does not. */
import type * as compute from '@pulumi/azure-native/compute/index.js';
import * as devtestlab from '@pulumi/azure-native/devtestlab/index.js';
import { findWindows } from 'windows-iana';
import { ConfigError } from '../../config.ts';
import type { Host } from '../../lab.ts';
import type { LabGroup } from './group.ts';

/** The owner gets a mail so long before, in which it can be put off by an hour or two, or left out for the day. */
const WARN_MINUTES = 30;

/**
 * The schedule of a machine, where the lab has an hour for it. Azure finds it by its name alone:
 * https://learn.microsoft.com/azure/virtual-machines/auto-shutdown-vm
 */
export function scheduleShutdown(
  host: Host,
  machine: compute.VirtualMachine,
  machineName: string,
  { common, config }: LabGroup,
): void {
  if (config.shutdownAt === undefined) return;
  new devtestlab.GlobalSchedule(`${host.name}-shutdown`, {
    ...common,
    name: `shutdown-computevm-${machineName}`,
    status: 'Enabled',
    taskType: 'ComputeVmShutdownTask',
    targetResourceId: machine.id,
    dailyRecurrence: { time: config.shutdownAt.replace(':', '') },
    timeZoneId: windowsZone(config.timeZone),
    notificationSettings:
      config.owner === undefined
        ? { status: 'Disabled' }
        : { status: 'Enabled', timeInMinutes: WARN_MINUTES, emailRecipient: config.owner, notificationLocale: 'en' },
  });
}

/** Azure knows time zones by the names that Windows gives them. */
export function windowsZone(timeZone: string): string {
  const [zone] = findWindows(timeZone as Parameters<typeof findWindows>[0]);
  if (zone === undefined) {
    throw new ConfigError([`lab:timeZone ${timeZone} has no name that Azure knows: take a large city near to it`]);
  }
  return zone;
}
