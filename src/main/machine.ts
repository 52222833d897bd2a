import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { Connected } from '#shared/bridge.ts'
import { fromErrorShape, KernelscopeError, toErrorShape } from '#shared/errors.ts'
import { farAddressOf, parseFarAddress } from '#shared/farAddress.ts'
import { RemoteEngine } from '../remote/index.ts'
import type { AnyEngine, CurrentEngine } from './currentEngine.ts'

const kept = z.object({ address: z.string().max(5000) })

export interface MachineOptions {
  version: string
  env: NodeJS.ProcessEnv
  /** Makes an engine of this machine. */
  local: () => AnyEngine
  /** The file that keeps the address of the machine for the next start. */
  file: string
}

/** Chooses the machine that the engine runs on, and remembers it. */
export class Machine {
  readonly #options: MachineOptions
  #connecting = new AbortController()
  #current: AnyEngine | null = null

  constructor(options: MachineOptions) {
    this.#options = options
  }

  /** The engine to begin with: of the machine that was used last. */
  first(): AnyEngine {
    const address = this.#read()
    this.#current = address === null ? this.#options.local() : this.#remote(address)
    return this.#current
  }

  /** Uses the engine of an address, or that of this machine. The current one stays until the other one answers. */
  async use(current: CurrentEngine, address: string | null): Promise<Connected> {
    this.stop()
    try {
      if (address === null) {
        const engine = this.#options.local()
        engine.start()
        this.#current = engine
        this.#keep(null)
        void current.use(engine)
        return { workspace: null }
      }
      const { path: workspace } = parseFarAddress(address)
      const engine = this.#remote(address)
      const home = await this.#connected(engine)
      this.#current = engine
      this.#keep(address)
      void current.use(engine)
      return { workspace: workspace?.replace(/^~(?=\/|$)/, () => home) ?? null }
    } catch (error) {
      return { problem: toErrorShape(error) }
    }
  }

  /** Gives up connecting. */
  stop(): void {
    this.#connecting.abort()
    this.#connecting = new AbortController()
  }

  #remote(address: string): RemoteEngine {
    const { version, env } = this.#options
    const engine = new RemoteEngine({ address: parseFarAddress(address), version, env })
    // The next start finds the workspace that was open last.
    engine.on('place', (folder) => {
      if (this.#current === engine) this.#keep(farAddressOf(engine.host, folder))
    })
    return engine
  }

  /** Resolves to the home folder there. @throws the problem of the first try, or CANCELLED */
  #connected(engine: RemoteEngine): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const { signal } = this.#connecting
    signal.addEventListener('abort', () =>
      reject(new KernelscopeError('CANCELLED', 'connecting was given up')),
    )
    engine.once('ready', ({ home }) => resolve(home))
    engine.on('state', (state) => {
      if (state.state !== 'down' && state.state !== 'failed') return
      reject(fromErrorShape(state.problem))
    })
    engine.start()
    return promise.catch(async (error: unknown) => {
      await engine.stop()
      throw error
    })
  }

  #read(): string | null {
    try {
      const { address } = kept.parse(JSON.parse(readFileSync(this.#options.file, 'utf8')))
      parseFarAddress(address)
      return address
    } catch {
      // There is none, or nobody wrote it as it is.
      return null
    }
  }

  #keep(address: string | null): void {
    const { file } = this.#options
    if (address === null) return rmSync(file, { force: true })
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(`${file}.draft`, JSON.stringify({ address }))
    renameSync(`${file}.draft`, file)
  }
}
