/** Bounds what lies in memory until clients have read it: one that reads slowly, or not at all, takes no memory from others. */
import type { FastifyReply } from 'fastify';
import { TryAgainError } from '../errors.ts';

export type UnsentBytesOptions = {
  inAll: number;
  ofAddress: number;
  /** A client that takes nothing for so long is cut off. */
  idleSeconds: number;
};

const RETRY_SECONDS = 5;

export class UnsentBytes {
  readonly #options: UnsentBytesOptions;
  readonly #byAddress = new Map<string, number>();
  #bytes = 0;

  constructor(options: UnsentBytesOptions) {
    this.#options = options;
  }

  /** Sends a body. @throws TryAgainError where too much is unsent already, of this address (429) or in all (503) */
  send(reply: FastifyReply, address: string, body: Buffer): FastifyReply {
    const { inAll, ofAddress, idleSeconds } = this.#options;
    const own = this.#byAddress.get(address) ?? 0;
    if (own > 0 && own + body.length > ofAddress) {
      throw new TryAgainError(429, 'Your address has not read what it asked for before.', RETRY_SECONDS);
    }
    if (this.#bytes > 0 && this.#bytes + body.length > inAll) {
      throw new TryAgainError(503, 'The lab is busy.', RETRY_SECONDS);
    }
    this.#add(address, body.length);
    reply.raw.once('close', () => this.#add(address, -body.length));
    reply.raw.setTimeout(idleSeconds * 1_000, () => reply.raw.destroy());
    return reply.send(body);
  }

  #add(address: string, bytes: number): void {
    this.#bytes += bytes;
    const own = (this.#byAddress.get(address) ?? 0) + bytes;
    if (own > 0) this.#byAddress.set(address, own);
    else this.#byAddress.delete(address);
  }
}
