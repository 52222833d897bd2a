import { EventEmitter } from 'node:events'
import type { EngineState } from '#shared/bridge.ts'
import type { FromEngine, ToEngine } from '#shared/engineProtocol.ts'
import type { ByteServer } from './byteServer.ts'

type Rpc = Extract<FromEngine, { type: 'rpc' }>

interface Events {
  state: [EngineState]
  /** The engine answers; `connect` may be sent. */
  ready: []
  rpc: [Rpc]
}

/** An engine as the shell sees it, on this machine or on another one. */
export interface AnyEngine {
  readonly state: EngineState
  on(event: 'state', listener: (state: EngineState) => void): unknown
  on(event: 'ready', listener: () => void): unknown
  on(event: 'rpc', listener: (message: Rpc) => void): unknown
  start(): void
  restart(): void
  send(message: ToEngine): boolean
  stop(): Promise<void>
  answering(withinMs: number): Promise<ByteServer>
}

/** The engine that the windows use, with the same face whichever it is. */
export class CurrentEngine extends EventEmitter<Events> {
  #engine: AnyEngine

  constructor(engine: AnyEngine) {
    super()
    this.#engine = engine
    this.#listenTo(engine)
  }

  get state(): EngineState {
    return this.#engine.state
  }

  /**
   * Uses another engine from now on. Windows lose the ports of the last one, and get new ones when this one is ready.
   * Resolves when the last one has ended.
   */
  async use(next: AnyEngine): Promise<void> {
    const last = this.#engine
    this.#engine = next
    this.#listenTo(next)
    const { host } = next.state
    this.emit('state', { state: 'starting', ...(host === undefined ? {} : { host }) })
    this.emit('state', next.state)
    if (next.state.state === 'ready') this.emit('ready')
    await last.stop()
  }

  start(): void {
    this.#engine.start()
  }

  restart(): void {
    this.#engine.restart()
  }

  send(message: ToEngine): boolean {
    return this.#engine.send(message)
  }

  stop(): Promise<void> {
    return this.#engine.stop()
  }

  answering(withinMs: number): Promise<ByteServer> {
    return this.#engine.answering(withinMs)
  }

  #listenTo(engine: AnyEngine): void {
    const current = () => this.#engine === engine
    engine.on('state', (state) => void (current() && this.emit('state', state)))
    engine.on('ready', () => void (current() && this.emit('ready')))
    engine.on('rpc', (message) => void (current() && this.emit('rpc', message)))
  }
}
