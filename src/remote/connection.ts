import { spawn, type ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { fromErrorShape, KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import { farHello, helloLine, HelloReader, WireFault, type FarHello } from '#shared/wire/index.ts'
import { NearEnd } from './nearEnd.ts'
import type { FarCommand } from './ssh.ts'

export type FarReady = Exclude<FarHello, { problem: ErrorShape }>

export interface ConnectionOptions {
  command: FarCommand
  env: Record<string, string | undefined>
  version: string
  /** The workspace that is wanted; null for none. */
  workspace: string | null
  /** Says why there was no connection, from the exit code and what was printed. */
  explain: (code: number | null, said: string) => KernelscopeError
  /** Milliseconds between two pings. */
  pingEveryMs?: number
}

interface ConnectionEvents {
  ready: [FarReady]
  rpc: [{ port: number; data: string }]
  /** The workspace that the far engine has open; at first, and when it changes. */
  place: [string | null]
  /** A ping was answered after so many milliseconds. */
  roundTrip: [number]
  /** Pings are not answered. The connection is given up in so many milliseconds. */
  silent: [number]
  /** The connection has ended; once. */
  closed: [KernelscopeError]
}

/**
 * Unanswered pings after which it is told, and after which a connection counts as lost: the engine may only be busy. They are
 * counted, not timed, so that a laptop may sleep.
 */
const missed = { told: 3, lost: 20, afterSleep: 2 }
/** Pings that did not come in time, by which a machine has slept: then the line is likelier gone than the engine busy. */
const pingsOfSleep = 5
const closeWithinMs = 2000
const usualPingMs = 3000
/** Characters kept of what ssh and the login shell print. */
const keptText = 8000
/** Output may arrive this long after the process ended. */
const lastWordsMs = 100

/** One connection to an engine on another machine, through a program such as ssh, from its start to its end. */
export class Connection extends EventEmitter<ConnectionEvents> {
  readonly #options: ConnectionOptions
  readonly #child: ChildProcess
  readonly near: NearEnd
  #reader: HelloReader<FarHello> | null = new HelloReader(farHello)
  #said = ''
  #problem: KernelscopeError | null = null
  #over = false
  #pings = 0
  #pingedAt = 0
  #patience = missed.lost
  #asked = new Map<number, number>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: ConnectionOptions) {
    super()
    this.#options = options
    const { file, args } = options.command
    const child = spawn(file, args, { stdio: 'pipe', windowsHide: true, env: options.env })
    this.#child = child
    this.near = new NearEnd({
      write: (bytes) => !child.stdin.writable || child.stdin.write(bytes),
      rpc: (port, data) => this.emit('rpc', { port, data }),
      fatal: (problem) => (this.#problem = fromErrorShape(problem)),
      place: (workspace) => this.emit('place', workspace),
      pong: (n) => this.#pong(n),
    })
    child.stdout.on('data', (piece: Buffer) => this.#take(piece))
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + plain(text)).slice(-keptText)
    })
    child.stdin.on('drain', () => this.near.drained())
    // What breaks is followed by the end of the process.
    child.stdin.on('error', () => undefined)
    child.on('error', (error) => {
      this.#problem = new KernelscopeError('REMOTE_REFUSED', `cannot run ${file}: ${error.message}`, {
        hint: 'Install OpenSSH, and see that it is on the PATH.',
      })
      if (child.pid === undefined) this.#ended(null)
    })
    child.once('exit', (code) => setTimeout(() => this.#ended(code), lastWordsMs))
    child.stdin.write(helloLine({ version: options.version, workspace: options.workspace }))
  }

  /** Ends the connection; the engine goes on. */
  close(): void {
    this.#child.kill()
    setTimeout(() => this.#child.kill('SIGKILL'), closeWithinMs).unref()
  }

  #take(piece: Buffer): void {
    if (this.#over) return
    try {
      if (!this.#reader) return this.near.take(piece)
      const found = this.#reader.read(piece)
      if (!found) return
      this.#reader = null
      if ('problem' in found.hello) throw fromErrorShape(found.hello.problem)
      this.#begin(found.hello)
      this.near.take(found.rest)
    } catch (error) {
      this.#problem ??=
        error instanceof KernelscopeError
          ? error
          : new KernelscopeError(
              'REMOTE_LOST',
              `the other machine does not keep to the protocol: ${messageOf(error)}`,
            )
      this.#child.kill('SIGKILL')
      if (!(error instanceof KernelscopeError) && !(error instanceof WireFault)) throw error
    }
  }

  #begin(hello: FarReady): void {
    if (hello.version !== this.#options.version)
      throw new KernelscopeError(
        'REMOTE_MISSING',
        `Kernelscope is ${hello.version} there, and ${this.#options.version} here`,
      )
    this.#timer = setInterval(() => this.#ping(), this.#pingEveryMs)
    this.emit('ready', hello)
    this.#ping()
  }

  get #pingEveryMs(): number {
    return this.#options.pingEveryMs ?? usualPingMs
  }

  #ping(): void {
    const now = Date.now()
    if (this.#pings > 0 && now - this.#pingedAt > pingsOfSleep * this.#pingEveryMs)
      this.#patience = missed.afterSleep
    this.#pingedAt = now
    if (this.#asked.size === missed.told) this.emit('silent', (missed.lost - missed.told) * this.#pingEveryMs)
    if (this.#asked.size >= this.#patience) {
      this.#problem = new KernelscopeError('REMOTE_LOST', 'the other machine stopped answering')
      this.#child.kill('SIGKILL')
      return
    }
    this.#pings += 1
    this.#asked.set(this.#pings, performance.now())
    this.near.ping(this.#pings)
  }

  #pong(n: number): void {
    const asked = this.#asked.get(n)
    if (asked === undefined) return
    this.#asked.clear()
    this.#patience = missed.lost
    this.emit('roundTrip', performance.now() - asked)
  }

  #ended(code: number | null): void {
    if (this.#over) return
    this.#over = true
    clearInterval(this.#timer)
    this.near.close()
    const said = `${plain(this.#reader?.before ?? '')}\n${this.#said}`.trim().slice(-keptText)
    this.emit('closed', this.#problem ?? this.#options.explain(code, said))
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** Text of another machine without control characters, which a terminal would obey. */
const plain = (text: string): string => text.replace(/\r\n/g, '\n').replace(/[^\P{C}\n\t]/gu, '')
