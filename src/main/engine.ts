import { spawn, type ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import type { EngineState } from '#shared/bridge.ts'
import { fromEngine, type FromEngine, type ToEngine } from '#shared/engineProtocol.ts'
import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import { cpuTime } from './cpuTime.ts'

export interface EngineCommand {
  /** The Node binary that runs the engine. */
  node: string
  /** Path of the engine's entry, then its arguments. */
  args: string[]
  env: NodeJS.ProcessEnv
  /** Number of unanswered pings before a silent engine is killed. */
  patience?: number
  /** Milliseconds between two pings. */
  pingEveryMs?: number
}

export type EngineReady = Extract<FromEngine, { type: 'ready' }>
type EngineRpc = Extract<FromEngine, { type: 'rpc' }>

interface EngineEvents {
  state: [EngineState]
  /** The engine answers; `connect` may be sent. */
  ready: [EngineReady]
  rpc: [EngineRpc]
}

/** State of one engine process. */
interface ProcessState {
  ready?: EngineReady
  readyAt: number
  /** Number of pings since the last answer. */
  missed: number
  /** Processor time in seconds at the first unanswered ping. */
  cpuThen: number | null
  /** How often the process got more time. */
  extended: number
  problem?: ErrorShape
  /** Its last lines on stderr. */
  stderr: string[]
}

const usualPingMs = 500
/**
 * Unanswered pings before the engine is shown as down (5 s), and before it is killed (60 s), because the engine or the
 * whole machine may only be busy. Pings are counted, not timed, so that a laptop may sleep.
 */
const patience = { shown: 10, killed: 120 }
/** A process that used more than `worth` seconds of processor time since then gets more time, at most `most` times. */
const extensions = { worth: 0.2, most: 4 }
const startWithinMs = 30_000
const stopWithinMs = 5_000
/** After this time an engine counts as healthy: its next restart begins with the shortest wait. */
const healthyAfterMs = 30_000
const waitsMs = [250, 500, 1000, 2000, 4000, 8000, 8000, 8000]
const stderrLines = 40
/** Output on stderr may arrive this long after the process ended. */
const lastWordsMs = 100

/**
 * Starts the engine process, checks its heartbeat, restarts it with growing waits, and stops it. It knows the protocol,
 * but nothing of Electron.
 */
export class Engine extends EventEmitter<EngineEvents> {
  #command: EngineCommand
  #child: ChildProcess | null = null
  #state: EngineState = { state: 'starting' }
  #restarts = 0
  #retry: NodeJS.Timeout | undefined
  #stopping = false
  #answers = Promise.withResolvers<EngineReady>()

  constructor(command: EngineCommand) {
    super()
    this.#command = command
  }

  get state() {
    return this.#state
  }

  get pid() {
    return this.#child?.pid
  }

  /**
   * The engine's `ready` message: of the running engine, or of the one that is starting; null where that takes too
   * long.
   */
  answering(withinMs: number): Promise<EngineReady | null> {
    const tooLate = new Promise<null>((resolve) => setTimeout(resolve, withinMs, null).unref())
    return Promise.race([this.#answers.promise, tooLate])
  }

  start() {
    clearTimeout(this.#retry)
    this.#set({ state: 'starting' })
    const child = spawn(this.#command.node, this.#command.args, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
      windowsHide: true,
      env: this.#command.env,
    })
    this.#child = child
    this.#watch(child)
  }

  /** Ends the current process, if there is one, and starts a new one at once. Earlier failures no longer count. */
  restart() {
    this.#restarts = 0
    if (this.#child) this.#child.kill('SIGKILL')
    else this.start()
  }

  /** Sends a message; false where no engine is connected. */
  send(message: ToEngine): boolean {
    if (!this.#child?.connected) return false
    this.#child.send(message, () => {
      // If the channel closed meanwhile, the exit of the process reports it.
    })
    return true
  }

  /** Lets the running batch finish, but kills the process after 5 s. Resolves when the process is gone. */
  async stop(): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#retry)
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    if (!this.send({ type: 'stop' })) child.kill('SIGKILL')
    const late = setTimeout(() => child.kill('SIGKILL'), stopWithinMs)
    await gone
    clearTimeout(late)
  }

  #watch(child: ChildProcess) {
    const life: ProcessState = { readyAt: 0, missed: 0, cpuThen: null, extended: 0, stderr: [] }
    let beat = setTimeout(() => {
      life.problem = down(`the engine was not ready within ${startWithinMs / 1000} s`)
      child.kill('SIGKILL')
    }, startWithinMs)

    const { patience: killedAfter = patience.killed, pingEveryMs = usualPingMs } = this.#command
    const ping = () => {
      if (life.missed === patience.shown) {
        const retryInMs = (killedAfter - life.missed) * pingEveryMs
        this.#set({
          state: 'down',
          busy: true,
          problem: down('the engine does not answer'),
          retryInMs,
          restarts: this.#restarts,
        })
      }
      if (life.missed >= killedAfter) {
        const now = cpuTime(child.pid)
        const worked = now !== null && now - (life.cpuThen ?? now) > extensions.worth
        life.cpuThen = now
        if (worked && life.extended < extensions.most) {
          life.extended += 1
          life.missed = Math.min(killedAfter - 1, patience.shown + 1)
          return
        }
        life.problem = down('the engine stopped answering')
        child.kill('SIGKILL')
        return
      }
      if (life.missed === 1) life.cpuThen = cpuTime(child.pid)
      life.missed += 1
      this.send({ type: 'ping', n: life.missed })
    }
    const becomeReady = (message: EngineReady) => {
      this.#answers.resolve(message)
      this.#set({ state: 'ready' })
      this.emit('ready', message)
    }

    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      life.stderr = [...life.stderr, ...text.split('\n')].slice(-stderrLines)
    })
    child.on('message', (raw) => {
      const message = fromEngine.safeParse(raw).data
      if (!message) return
      if (message.type === 'pong') {
        life.missed = 0
        life.extended = 0
        if (life.ready && this.#state.state === 'down') becomeReady(life.ready)
      }
      if (message.type === 'fatal') life.problem = message.problem
      if (message.type === 'rpc') this.emit('rpc', message)
      if (message.type !== 'ready') return
      life.ready = message
      life.readyAt = Date.now()
      clearTimeout(beat)
      beat = setInterval(ping, pingEveryMs)
      becomeReady(message)
    })
    child.on('error', (error) => {
      life.problem = down(`the engine could not be started: ${error.message}`)
      if (child.pid === undefined) child.emit('exit', null, null)
    })
    const ended = (code: number | null, signal: NodeJS.Signals | null) => {
      this.#child = null
      if (this.#stopping) return
      if (life.readyAt > 0 && Date.now() - life.readyAt > healthyAfterMs) this.#restarts = 0
      const problem = life.problem ?? down(`the engine ended with ${signal ?? `code ${code ?? '?'}`}`)
      this.#giveUpOrRetry({ ...problem, details: problem.details ?? life.stderr.join('\n').trim() })
    }
    child.once('exit', (code, signal) => {
      clearTimeout(beat)
      setTimeout(ended, lastWordsMs, code, signal)
    })
  }

  #giveUpOrRetry(problem: ErrorShape) {
    const retryInMs = waitsMs[this.#restarts]
    if (retryInMs === undefined) {
      this.#set({ state: 'failed', problem, restarts: this.#restarts })
      return
    }
    this.#restarts += 1
    this.#set({ state: 'down', problem, retryInMs, restarts: this.#restarts })
    this.#retry = setTimeout(() => this.start(), retryInMs)
  }

  #set(state: EngineState) {
    if (this.#state.state === 'ready' && state.state !== 'ready') this.#answers = Promise.withResolvers()
    this.#state = state
    this.emit('state', state)
  }
}

const down = (message: string) => new KernelscopeError('ENGINE_DOWN', message).toShape()
