/** The internal parts of Azurite 3.37.0 that durable-writes.ts changes; Azurite publishes no types. */
declare module 'azurite/dist/src/common/persistence/store.js' {
  export interface Store {
    db: { saveDatabase(callback: (error?: Error | null) => void): void };
  }
}

declare module 'azurite/dist/src/blob/persistence/LokiBlobMetadataStore.js' {
  import type { Store } from 'azurite/dist/src/common/persistence/store.js';

  type Write = (this: Store, ...args: unknown[]) => Promise<unknown>;
  const store: { default: { prototype: Record<'createContainer' | 'createBlob' | 'commitBlockList', Write> } };
  export default store;
}

declare module 'azurite/dist/src/common/persistence/LokiExtentMetadataStore.js' {
  import type { Store } from 'azurite/dist/src/common/persistence/store.js';

  const store: { default: { prototype: { init(this: Store): Promise<void> } } };
  export default store;
}

/** Begins as it is loaded. */
declare module 'azurite/dist/src/blob/main.js';
