import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startEngine, type EngineProcess } from '../../engine/process.ts'
import type { Client } from '../../engine/studies/sample.ts'

const killer = fileURLToPath(new URL('killer.ts', import.meta.url))

/** Something that a person does with the engine. Done again after a kill, as a person would. */
export interface Work {
  name: string
  /** Whether an interrupted one goes on where it was; otherwise it begins anew. */
  goesOn?: boolean
  /** @param folder holds the workspace and all that is written */
  do(client: Client, folder: string): Promise<unknown>
}

/** Engines on one folder, one after the other, which can be killed in the middle of a step. */
export class Lives {
  readonly folder: string
  #engine: EngineProcess | null = null
  /** Number of kills so far. */
  kills = 0

  constructor(folder: string) {
    this.folder = folder
  }

  /** Does a work to its end. Returns the number of steps that it took. */
  async undisturbed(work: Work): Promise<number> {
    const { client, child } = await this.#alive()
    const tellSteps = join(this.folder, 'steps')
    child.send({ killAfter: 0, tellSteps })
    await work.do(client, this.folder)
    child.send({ killAfter: 0, tellSteps })
    await client.system.version()
    const steps = Number(readFileSync(tellSteps, 'utf8'))
    rmSync(tellSteps)
    return steps
  }

  /**
   * Begins a work, and kills the engine in the step that comes after `after` others, or at the end of the work where it
   * takes fewer. Returns whether it was the end.
   *
   * @throws the error of the work; Error where the engine ends in another way
   */
  async killed(work: Work, after: number): Promise<boolean> {
    const engine = await this.#alive()
    this.#engine = null
    this.kills += 1
    const ended = once(engine.child, 'exit')
    let atEnd = true
    engine.child.send({ killAfter: after })
    const done = work.do(engine.client, this.folder).then(() => true)
    done.catch(() => undefined)
    try {
      atEnd = await Promise.race([done, ended.then(() => false)])
    } finally {
      await engine.kill()
    }
    if (engine.child.signalCode !== 'SIGKILL')
      throw new Error(`${work.name}: the engine ended by itself with ${engine.child.exitCode}`)
    return atEnd
  }

  async end(): Promise<void> {
    await this.#engine?.stop()
    this.#engine = null
  }

  async #alive(): Promise<EngineProcess> {
    const temporary = join(this.folder, 'temporary')
    this.#engine ??= await startEngine(join(this.folder, 'state.json'), {
      before: `await import(${JSON.stringify(`file://${killer}`)})`,
      env: {
        TMPDIR: temporary,
        NODE_COMPILE_CACHE: join(this.folder, '..', 'compiled'),
      },
    })
    return this.#engine
  }
}

/** Whether there is something at a path of the folder. */
export const has = (folder: string, name: string) => existsSync(join(folder, name))
