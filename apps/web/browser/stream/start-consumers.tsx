/** Starts demo consumers. */
import { useState } from 'preact/hooks';
import { PLAY_GROUPS } from '../../src/stream/play-limits.ts';

/** A button for each group that one may join; busy until the consumer is in it. */
export function StartConsumers({ start }: { start: (group: string) => Promise<void> }) {
  const [busy, setBusy] = useState<string>();
  const press = async (group: string): Promise<void> => {
    setBusy(group);
    await start(group);
    setBusy(undefined);
  };
  return (
    <p class="acts">
      {PLAY_GROUPS.map((group, index) => (
        <button
          key={group}
          type="button"
          class={index === 0 ? '' : 'plain'}
          disabled={busy !== undefined}
          onClick={() => void press(group)}
        >
          {index === 0 ? 'Start a consumer' : `Start one in ${group}`}
        </button>
      ))}
    </p>
  );
}
