import type { ClientContext, ClientLink, ClientOptions } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import { KernelscopeError } from '#shared/errors.ts'
import { isStream, unlessAborted, untilAborted } from '#shared/untilAborted.ts'
import { toKernelscopeError } from './errors.ts'

/**
 * A link that outlives the engine. Calls wait for a port, at most `patience` ms.
 * @throws ENGINE_DOWN where no port comes in time or the port is lost during a call; otherwise the engine's code
 */
export class EngineLink implements ClientLink<ClientContext> {
  readonly #patience: number
  #current: { link: RPCLink<ClientContext>; port: MessagePort; lost: AbortController } | null = null
  #waiting = new Set<() => void>()
  #listeners = new Set<(connected: boolean) => void>()

  constructor(options: { patience?: number } = {}) {
    this.#patience = options.patience ?? 20_000
  }

  get connected(): boolean {
    return this.#current !== null
  }

  /** Uses this port for further calls. Calls that still run over the previous port fail. */
  attach(port: MessagePort): void {
    this.detach()
    const current = { link: new RPCLink<ClientContext>({ port }), port, lost: new AbortController() }
    port.addEventListener('close', () => {
      if (this.#current === current) this.detach()
    })
    port.start()
    this.#current = current
    for (const resume of this.#waiting) resume()
    for (const listener of this.#listeners) listener(true)
  }

  /** The engine is gone: running calls fail, further calls wait for the next port. */
  detach(): void {
    const last = this.#current
    if (!last) return
    this.#current = null
    last.lost.abort()
    last.port.close()
    for (const listener of this.#listeners) listener(false)
  }

  /** Calls back at every connect and disconnect. Returns a function that stops this. */
  onChange(listener: (connected: boolean) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async call(
    path: readonly string[],
    input: unknown,
    options: ClientOptions<ClientContext>,
  ): Promise<unknown> {
    const { link, lost } = await this.#connection(options.signal)
    const signal = options.signal ? AbortSignal.any([options.signal, lost.signal]) : lost.signal
    // The link learns that its port has closed before this class does, and gives its calls up as if they were cancelled.
    const gone = (error: unknown) =>
      lost.signal.aborted || (error instanceof Error && error.name === 'AbortError')
    const explain = (error: unknown) =>
      gone(error) && !options.signal?.aborted
        ? new KernelscopeError('ENGINE_DOWN', `the engine went away during ${path.join('.')}`, {
            cause: error,
          })
        : toKernelscopeError(error)
    try {
      const output = await unlessAborted(link.call(path, input, { ...options, signal }), signal)
      return isStream(output) ? untilAborted(output, signal, explain) : output
    } catch (error) {
      throw explain(error)
    }
  }

  async #connection(signal: AbortSignal | undefined) {
    const deadline = AbortSignal.timeout(this.#patience)
    const stop = signal ? AbortSignal.any([signal, deadline]) : deadline
    while (!this.#current) {
      await new Promise<void>((resolve) => {
        const done = () => {
          this.#waiting.delete(done)
          stop.removeEventListener('abort', done)
          resolve()
        }
        this.#waiting.add(done)
        stop.addEventListener('abort', done)
      })
      if (signal?.aborted) throw new KernelscopeError('CANCELLED', 'the request was cancelled')
      if (deadline.aborted) throw new KernelscopeError('ENGINE_DOWN', 'the engine does not answer')
    }
    return this.#current
  }
}
