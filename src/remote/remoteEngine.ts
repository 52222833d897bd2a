import { EventEmitter } from 'node:events'
import type { EngineState } from '#shared/bridge.ts'
import type { ToEngine } from '#shared/engineProtocol.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { farHost, type FarAddress } from '#shared/farAddress.ts'
import { Connection, type FarReady } from './connection.ts'
import type { FarAnswer } from './nearEnd.ts'
import { serveCommand, sshCommand, whyNotConnected, type FarCommand } from './ssh.ts'

export interface RemoteEngineOptions {
  address: FarAddress
  /** The version that must answer. */
  version: string
  env: Record<string, string | undefined>
  /** The program that leads to the far end; ssh where left out. */
  command?: FarCommand
  /** Waits before each try to connect again, in milliseconds; the last one is repeated. */
  waitsMs?: readonly number[]
  pingEveryMs?: number
}

/** Bytes of the far engine, while one connection lasts. */
export interface FarBytes {
  /** Changes with every connection. */
  token: string
  get(address: string, signal: AbortSignal): Promise<FarAnswer | null>
}

interface RemoteEngineEvents {
  state: [EngineState]
  ready: [FarReady]
  /** The workspace that the far engine has open; at first, and when it changes. */
  place: [string | null]
  rpc: [{ type: 'rpc'; port: number; data: string }]
}

const usualWaitsMs = [500, 1000, 2000, 4000, 8000, 15_000, 30_000]
/** Problems that another try does not end by itself. */
const final: readonly string[] = ['REMOTE_REFUSED', 'REMOTE_MISSING', 'USAGE', 'UNSUPPORTED']

/**
 * An engine on another machine, with the same face as the engine of this one. It connects again by itself, with growing
 * waits; the far engine goes on meanwhile.
 */
export class RemoteEngine extends EventEmitter<RemoteEngineEvents> {
  readonly #options: RemoteEngineOptions
  readonly host: string
  #state: EngineState
  #connection: Connection | null = null
  /** What the far engine said of itself; of the last connection while there is none. */
  #far: FarReady | null = null
  /** The workspace that it had open last, once it has said so: the next connection asks for it. */
  #place: string | null | undefined
  #tries = 0
  #connections = 0
  #begun = false
  #bytes: FarBytes | null = null
  #roundTripMs: number | null = null
  #retry: NodeJS.Timeout | undefined
  #stopped = false
  #answers = Promise.withResolvers<FarBytes>()

  constructor(options: RemoteEngineOptions) {
    super()
    this.#options = options
    this.host = farHost(options.address)
    this.#state = { state: 'starting', host: this.host }
  }

  get state(): EngineState {
    return this.#state
  }

  /** The bytes of the far engine; null where it is not connected in time. */
  answering(withinMs: number): Promise<FarBytes | null> {
    const tooLate = new Promise<null>((resolve) => setTimeout(resolve, withinMs, null).unref())
    return Promise.race([this.#answers.promise, tooLate])
  }

  /** Connects, the first time or again. */
  start(): void {
    clearTimeout(this.#retry)
    this.#set({ state: 'starting' })
    const { address, version, env, command, pingEveryMs } = this.#options
    const connection = new Connection({
      command: command ?? sshCommand(address, serveCommand(version), env),
      env,
      version,
      workspace: this.#place === undefined ? address.path : this.#place,
      explain: (code, said) => whyNotConnected(address, code, said),
      ...(pingEveryMs === undefined ? {} : { pingEveryMs }),
    })
    this.#connection = connection
    connection.on('ready', (far) => this.#connected(connection, far))
    connection.on('rpc', ({ port, data }) => this.emit('rpc', { type: 'rpc', port, data }))
    connection.on('roundTrip', (ms) => this.#took(ms))
    connection.on('place', (workspace) => {
      this.#place = workspace
      this.emit('place', workspace)
    })
    connection.on('silent', (ms) => this.#silent(ms))
    connection.on('closed', (problem) => this.#lost(problem))
  }

  /**
   * Ends an engine that answers, so that it is started again; otherwise tries to connect at once, and gives a connection up
   * that is silent.
   */
  restart(): void {
    this.#tries = 0
    if (this.#state.state === 'ready') this.#connection?.near.quit()
    else if (this.#connection) this.#connection.close()
    else this.start()
  }

  /** Sends a message; false where there is no connection. */
  send(message: ToEngine): boolean {
    const near = this.#begun ? this.#connection?.near : undefined
    if (!near) return false
    if (message.type === 'connect') near.connect(message.port)
    else if (message.type === 'disconnect') near.disconnect(message.port)
    else if (message.type === 'rpc') near.rpc(message.port, message.data)
    return true
  }

  /** Ends the connection; the far engine goes on. Resolves when it has ended. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#retry)
    const connection = this.#connection
    if (!connection) return
    const closed = new Promise((resolve) => connection.once('closed', resolve))
    connection.close()
    await closed
  }

  #connected(connection: Connection, far: FarReady): void {
    this.#far = far
    this.#tries = 0
    this.#connections += 1
    this.#begun = true
    this.#bytes = {
      token: String(this.#connections),
      get: (address, signal) => connection.near.ask(address, signal),
    }
    this.#answers.resolve(this.#bytes)
    this.#set({ state: 'ready' })
    this.emit('ready', far)
  }

  /** What was asked stays asked: the engine may only be busy. */
  #silent(retryInMs: number): void {
    const problem = new KernelscopeError('REMOTE_LOST', `${this.host} does not answer`).toShape()
    this.#set({ state: 'down', busy: true, problem, retryInMs, restarts: this.#tries })
  }

  #took(ms: number): void {
    if (this.#state.state === 'down' && this.#bytes) {
      this.#set({ state: 'ready' })
      this.#answers.resolve(this.#bytes)
    }
    const rounded = ms < 10 ? Math.ceil(ms) : Math.round(ms / 10) * 10
    if (rounded === this.#roundTripMs) return
    this.#roundTripMs = rounded
    this.#set(this.#state)
  }

  #lost(problem: KernelscopeError): void {
    this.#connection = null
    this.#begun = false
    this.#bytes = null
    this.#roundTripMs = null
    if (this.#stopped) return
    const shape = problem.toShape()
    if (final.includes(problem.code)) {
      this.#set({ state: 'failed', problem: shape, restarts: this.#tries })
      return
    }
    const waits = this.#options.waitsMs ?? usualWaitsMs
    const retryInMs = waits[Math.min(this.#tries, waits.length - 1)] ?? 0
    this.#tries += 1
    this.#set({ state: 'down', problem: shape, retryInMs, restarts: this.#tries })
    this.#retry = setTimeout(() => this.start(), retryInMs)
  }

  #set(state: EngineState): void {
    if (this.#state.state === 'ready' && state.state !== 'ready') this.#answers = Promise.withResolvers()
    const { host } = this
    const home = this.#far === null ? {} : { home: this.#far.home }
    const roundTrip = this.#roundTripMs === null ? {} : { roundTripMs: this.#roundTripMs }
    this.#state = { ...state, host, ...home, ...roundTrip }
    this.emit('state', this.#state)
  }
}
