/** Connections that can be cut from one moment to the next, as those of a process that is killed. */
import { connect as connectTcp, isIP, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

const KEEP_ALIVE_MS = 60_000;

export interface CuttableSockets {
  /** For a Kafka client; after the cut its connections fail at once. */
  factory: ISocketFactory;
  /** Ends all of them; nobody says goodbye. */
  cut(): void;
}

/** Makes connections as kafkajs does, and knows them. */
export function createCuttableSockets(): CuttableSockets {
  const open = new Set<Socket>();
  let isCut = false;
  const fail = (socket: Socket): void => void socket.destroy(new Error('The connection was cut.'));
  return {
    factory: ({ host, port, ssl, onConnect }) => {
      if (isCut) {
        const none = new Socket();
        // After its listeners are there.
        process.nextTick(fail, none);
        return none;
      }
      const name = isIP(host) === 0 ? { servername: host } : {};
      // kafkajs types `ssl` as if it were always there; it is null without TLS.
      const options = ssl as typeof ssl | null;
      const socket =
        options === null
          ? connectTcp({ host, port }, onConnect)
          : connectTls({ host, port, ...name, ...options }, onConnect);
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      return socket;
    },
    cut() {
      isCut = true;
      for (const socket of open) fail(socket);
    },
  };
}
