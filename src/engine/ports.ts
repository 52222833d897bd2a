import type { StandardRPCHandler } from '@orpc/server/standard'
import { createServerPeerHandleRequestFn } from '@orpc/server/standard-peer'
import { ServerPeer } from '@orpc/standard-server-peer'
import type { ApiContext } from './api/index.ts'

/** Options of `Ports`. */
export interface PortsOptions {
  handler: StandardRPCHandler<ApiContext>
  context: ApiContext
  send(port: number, data: string): void
  /** Called for each message that could not be read, and for each answer that could not be written. */
  refused(error: unknown): void
}

/**
 * The ports of the windows, by number. A message that is no request is reported and dropped; whatever it holds, the
 * other messages are answered.
 */
export class Ports {
  readonly #options: PortsOptions
  readonly #handle: ReturnType<typeof createServerPeerHandleRequestFn>
  readonly #peers = new Map<number, ServerPeer>()

  constructor(options: PortsOptions) {
    this.#options = options
    this.#handle = createServerPeerHandleRequestFn(options.handler, { context: options.context })
  }

  /** Opens a port. What was asked by an earlier port of the number is aborted. */
  connect(port: number): void {
    this.disconnect(port)
    const peer = new ServerPeer((data) => {
      // The contract has no files, so that every answer is text.
      if (typeof data !== 'string') throw new TypeError('an answer is not text')
      this.#options.send(port, data)
    })
    this.#peers.set(port, peer)
  }

  /** Closes a port and aborts what was asked by it. */
  disconnect(port: number): void {
    this.#peers.get(port)?.close()
    this.#peers.delete(port)
  }

  /** Closes all ports. */
  close(): void {
    for (const port of this.#peers.keys()) this.disconnect(port)
  }

  /** Answers a message. Messages of ports that are not open are dropped. */
  take(port: number, data: string): void {
    this.#peers.get(port)?.message(data, this.#handle).catch(this.#options.refused)
  }
}
