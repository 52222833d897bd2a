import type { ClientContext, ClientLink, ClientOptions } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import { MessageChannel } from 'node:worker_threads'
import { KernelscopeError } from '#shared/errors.ts'
import { isStream, unlessAborted, untilAborted } from '#shared/untilAborted.ts'
import type { RemoteEngine } from '../remote/index.ts'

/** The connection was lost while a request ran. It may come back: what only watches can ask again. */
export class Interrupted extends KernelscopeError {
  override readonly name = 'Interrupted'

  constructor(what: string) {
    super('REMOTE_LOST', `the connection was lost during ${what}`, {
      hint: 'Give the command again: what was stored there is not measured twice.',
    })
  }
}

/**
 * A link to an engine on another machine that outlives its connection. Requests that run when it is lost fail with
 * `Interrupted`, and are never sent twice; later ones wait for the next connection.
 */
export class FarLink implements ClientLink<ClientContext> {
  #current: { link: RPCLink<ClientContext>; lost: AbortController; close: () => void } | null = null
  #next = Promise.withResolvers<void>()
  #ports = 0

  /** Uses the connection that the engine has now. */
  attach(engine: RemoteEngine): void {
    const port = ++this.#ports
    const { port1, port2 } = new MessageChannel()
    const take = ({ port: to, data }: { port: number; data: string }) => {
      if (to === port) port1.postMessage(data)
    }
    engine.on('rpc', take)
    engine.send({ type: 'connect', port })
    port1.on('message', (data: string) => engine.send({ type: 'rpc', port, data }))
    port2.start()
    const close = () => {
      engine.off('rpc', take)
      port1.close()
    }
    this.#current = { link: new RPCLink({ port: port2 }), lost: new AbortController(), close }
    this.#next.resolve()
  }

  /** The connection is lost. */
  detach(): void {
    const last = this.#current
    if (!last) return
    this.#current = null
    this.#next = Promise.withResolvers()
    last.lost.abort()
    last.close()
  }

  async call(
    path: readonly string[],
    input: unknown,
    options: ClientOptions<ClientContext>,
  ): Promise<unknown> {
    const given = options.signal ?? new AbortController().signal
    while (!this.#current) await unlessAborted(this.#next.promise, given)
    const { link, lost } = this.#current
    const signal = AbortSignal.any([given, lost.signal])
    const explain = (error: unknown) =>
      lost.signal.aborted && !given.aborted ? new Interrupted(path.join('.')) : error
    try {
      const output = await unlessAborted(link.call(path, input, { ...options, signal }), signal)
      return isStream(output) ? untilAborted(output, signal, explain) : output
    } catch (error) {
      throw explain(error)
    }
  }
}
