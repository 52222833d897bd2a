import { spawn, type ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import type { EngineState } from '#shared/bridge.ts'
import { fromEngine, type FromEngine, type ToEngine } from '#shared/engineProtocol.ts'
import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import { cpuTime } from './cpuTime.ts'

export interface EngineCommand {
  /** The Node binary that runs the engine. */
  node: string
  /** The engine's entry, then its arguments. */
  args: string[]
  env?: NodeJS.ProcessEnv
  /** Pings without an answer before a silent engine is killed. */
  patience?: number
}

export type EngineReady = Extract<FromEngine, { type: 'ready' }>
type EngineRpc = Extract<FromEngine, { type: 'rpc' }>

interface EngineEvents {
  state: [EngineState]
  /** The engine answers; `connect` may be sent. */
  ready: [EngineReady]
  rpc: [EngineRpc]
}

/** What is known of one process. */
interface Life {
  ready?: EngineReady
  readyAt: number
  /** Pings since the last answer. */
  missed: number
  /** Its processor time at the first ping that was not answered, in seconds; and how often it was waited for again. */
  cpuThen: number | null
  extended: number
  problem?: ErrorShape
  /** Its last lines. */
  stderr: string[]
}

const pingEveryMs = 500
/**
 * Pings without an answer before the engine is shown as down (5 s), and before it is killed (60 s): it may only be busy,
 * or the whole machine is. Counted, not timed, so that a laptop may sleep.
 */
const patience = { shown: 10, killed: 120 }
/** One that worked meanwhile, by its processor time in seconds, is waited for again, a few times. */
const extensions = { worth: 0.2, most: 4 }
const startWithinMs = 30_000
const stopWithinMs = 5_000
/** An engine that ran this long is healthy again: its next death starts from the shortest wait. */
const healthyAfterMs = 30_000
const waitsMs = [250, 500, 1000, 2000, 4000, 8000, 8000, 8000]
const stderrLines = 40
/** What the process wrote to stderr may arrive a little after its end. */
const lastWordsMs = 100

/**
 * The life of the engine process: start, heartbeat, restart with back-off, orderly stop. It knows the protocol and
 * nothing of Electron.
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

  /** What the engine said when it became ready: now, or after the start that is under way; null when that takes too long. */
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
      env: {
        ...(this.#command.env ?? process.env),
        ELECTRON_RUN_AS_NODE: undefined,
        // Also set by the engine itself; here it holds whatever Node loads first.
        ORT_DISABLE_TELEMETRY: '1',
      },
    })
    this.#child = child
    this.#watch(child)
  }

  /** Ends the present process, if any, and starts a new one at once, forgetting earlier deaths. */
  restart() {
    this.#restarts = 0
    if (this.#child) this.#child.kill('SIGKILL')
    else this.start()
  }

  /** False when there is no engine to hear it. */
  send(message: ToEngine): boolean {
    if (!this.#child?.connected) return false
    this.#child.send(message, () => {
      // A channel that closed meanwhile is seen by the exit of the process.
    })
    return true
  }

  /** Lets the running batch finish; after 5 s the process is killed. Resolves when it is gone. */
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
    const life: Life = { readyAt: 0, missed: 0, cpuThen: null, extended: 0, stderr: [] }
    let beat = setTimeout(() => {
      life.problem = down(`the engine was not ready within ${startWithinMs / 1000} s`)
      child.kill('SIGKILL')
    }, startWithinMs)

    const killedAfter = this.#command.patience ?? patience.killed
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
