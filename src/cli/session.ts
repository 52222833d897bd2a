import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Settings, WorkspaceInfo } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { isFarAddress, parseFarAddress } from '#shared/farAddress.ts'
import type { Client, ConnectFar, EngineHandle, FarHandle, StartEngine } from './client.ts'
import { refuseOverrides } from './far.ts'
import type { Io } from './io.ts'

/** Options that every command has. */
export interface GlobalOptions {
  workspace?: string
  json?: boolean
  quiet?: boolean
  readOnly?: boolean
}

/** One run of the program: starts the engine when it is first needed, and prints results. */
export class CliSession {
  readonly #start: StartEngine
  readonly #connect: ConnectFar
  #io: Io
  #engine: EngineHandle | null = null
  #far: FarHandle | null = null
  readonly #lost = Promise.withResolvers<never>()

  constructor(io: Io, start: StartEngine, connect: ConnectFar) {
    this.#io = io
    this.#start = start
    this.#connect = connect
    // It is waited for only while a command runs.
    this.#lost.promise.catch(() => undefined)
  }

  get io(): Io {
    return this.#io
  }

  /** Rejects when the connection to another machine is lost and does not come back. */
  get lost(): Promise<never> {
    return this.#lost.promise
  }

  /**
   * Connects where the workspace is on another machine. Paths of the command are paths there from now on.
   *
   * @throws REMOTE_REFUSED, REMOTE_MISSING, REMOTE_LOST where there is no connection; USAGE where it is no address
   */
  async connect({ workspace, readOnly }: GlobalOptions): Promise<void> {
    const named = workspace ?? this.io.env['KERNELSCOPE_WORKSPACE'] ?? ''
    if (!isFarAddress(named)) return
    if (readOnly)
      throw new KernelscopeError('USAGE', '--read-only is not for a workspace on another machine', {
        hint: 'Its engine has it open for all its windows.',
      })
    const far = await this.#connect(parseFarAddress(named), this.io.env, (words) => this.io.err(`${words}\n`))
    far.lost.catch(this.#lost.reject)
    this.#far = far
    this.#engine = far
    this.#io = { ...this.#io, cwd: far.home }
  }

  /** The engine without a workspace, for commands that need only files. */
  async client(overrides: Partial<Settings> = {}): Promise<Client> {
    if (this.#far) refuseOverrides(overrides)
    this.#engine ??= await this.#start(overrides)
    return stoppable(this.#engine.client, this.io.signal)
  }

  /**
   * The engine with the workspace of `-w`, of KERNELSCOPE_WORKSPACE, or of the current folder.
   *
   * @param rests whether its queued jobs are not started
   * @throws USAGE where none of them is a workspace
   */
  async openWorkspace(
    options: GlobalOptions,
    overrides: Partial<Settings> = {},
    rests = false,
  ): Promise<Client> {
    const path = this.workspacePath(options)
    const client = await this.client(overrides)
    const { warnings } = await this.open(client, path, options, rests)
    for (const warning of warnings) this.io.err(`warning: ${warning}\n`)
    return client
  }

  /** Opens a workspace, read-only where the options say so. Says on `io.err` that it is only read where nobody asked. */
  async open(client: Client, path: string, options: GlobalOptions, rests = false): Promise<WorkspaceInfo> {
    const info = await client.workspace.open({ path, readOnly: options.readOnly ?? false, rests })
    if (info.readOnly !== null && !options.readOnly) this.io.err(`opened read-only: ${info.readOnly}\n`)
    return info
  }

  workspacePath({ workspace }: GlobalOptions): string {
    if (this.#far) {
      if (this.#far.workspace !== null) return this.#far.workspace
      throw new KernelscopeError('USAGE', 'the address names no folder', {
        hint: 'Write ssh://host/folder, as ssh://lab/data/workspace.',
      })
    }
    const named = workspace ?? this.io.env['KERNELSCOPE_WORKSPACE']
    if (named) return resolve(this.io.cwd, named)
    if (existsSync(join(this.io.cwd, 'workspace.sqlite'))) return this.io.cwd
    throw new KernelscopeError('USAGE', 'no workspace is named', {
      hint: 'Name its folder with -w DIR or KERNELSCOPE_WORKSPACE, or run inside it.',
    })
  }

  /** Prints a result, as one JSON document or as text. */
  print({ json }: GlobalOptions, document: unknown, text: () => string): void {
    this.io.out(json ? `${JSON.stringify(document, null, 2)}\n` : text())
  }

  async close(): Promise<void> {
    await this.#engine?.close()
    this.#engine = null
  }
}

/**
 * Gives the signal of Ctrl-C to every request that has none of its own.
 *
 * @throws CANCELLED for such a request after Ctrl-C
 */
function stoppable<T extends object>(client: T, signal: AbortSignal): T {
  return new Proxy(client, {
    get(target, key) {
      // A client over a stream has a request of every name; awaiting it must not send one.
      if (key === 'then') return undefined
      const part: unknown = Reflect.get(target, key)
      return typeof part === 'function' || (typeof part === 'object' && part !== null)
        ? stoppable(part, signal)
        : part
    },
    apply(target, self, [input, options = {}]: [unknown, { signal?: AbortSignal }?]) {
      if (typeof target !== 'function') throw new TypeError('a group of requests is no request')
      if (signal.aborted && !options.signal)
        throw new KernelscopeError('CANCELLED', 'it was stopped before its end')
      return Reflect.apply(target, self, [input, { signal, ...options }])
    },
  })
}
