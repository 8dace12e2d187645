/** What an update is at: the resources that Pulumi has begun and not ended, and the hosts that are not healthy yet. */
import { parseStage } from '../../infra/ready.ts';

export type UnderWay = {
  /** Pulumi has begun with a resource, which is shown as `words`. */
  begin(urn: string, words: string): void;
  /** It is done, or has failed. */
  end(urn: string): void;
  /** A line of the program, which may be a host's stage. */
  hear(line: string): void;
  /** A line such as `still waiting for web (cloud-init modules-final), data (volume)`. */
  describe(): string;
};

/** So many are named; of the rest, how many there are. */
const NAMED = 4;

/** Nothing is under way yet. */
export function createUnderWay(): UnderWay {
  const resources = new Map<string, string>();
  const stages = new Map<string, string>();
  return {
    begin(urn, words) {
      resources.set(urn, words);
    },
    end(urn) {
      resources.delete(urn);
    },
    hear(line) {
      const { host, stage } = parseStage(line) ?? {};
      if (host === undefined || stage === undefined) return;
      if (stage === 'healthy') stages.delete(host);
      else stages.set(host, stage);
    },
    describe() {
      const all = [...[...stages].map(([host, stage]) => `${host} (${stage})`), ...resources.values()];
      if (all.length === 0) return 'still at it';
      const rest = all.length > NAMED ? ` and ${all.length - NAMED} more` : '';
      return `still waiting for ${all.slice(0, NAMED).join(', ')}${rest}`;
    },
  };
}
