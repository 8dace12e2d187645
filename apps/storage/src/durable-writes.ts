/**
 * Has Azurite 3.37.0 answer that a blob is stored when it is there for good.
 *
 * As published it answers at once, and writes its two indices every five seconds: a crash in between loses what clients were told is
 * stored. Here whole blobs (not what is appended to one) are in the indices before the answer; requests that come at once share a write.
 */
import LokiBlobMetadataStore from 'azurite/dist/src/blob/persistence/LokiBlobMetadataStore.js';
import LokiExtentMetadataStore from 'azurite/dist/src/common/persistence/LokiExtentMetadataStore.js';
import type { Store } from 'azurite/dist/src/common/persistence/store.js';

const WRITES = ['createContainer', 'createBlob', 'commitBlockList'] as const;

/** To be called before Azurite begins. */
export function makeWritesDurable(): void {
  const extents = new Set<Store>();
  const { init } = LokiExtentMetadataStore.default.prototype;
  LokiExtentMetadataStore.default.prototype.init = function (this: Store) {
    extents.add(this);
    return init.call(this);
  };
  for (const name of WRITES) {
    const write = LokiBlobMetadataStore.default.prototype[name];
    LokiBlobMetadataStore.default.prototype[name] = async function (this: Store, ...args: unknown[]) {
      const result = await write.apply(this, args);
      // What a blob refers to comes first.
      for (const store of extents) await save(store);
      await save(this);
      return result;
    };
  }
}

/** Loki begins a write for all that ask while another one goes on. */
const save = ({ db }: Store): Promise<void> =>
  new Promise((resolve, reject) => db.saveDatabase((error) => (error ? reject(error) : resolve())));
