import { rmSync } from 'node:fs'
import { KeptMaps, OpenSessions } from '../../saliency/index.ts'
import { PerturbedImages } from '../../studies/index.ts'
import { temporaryFolder } from '../../base/temporary.ts'

/**
 * What inspections of models keep between requests: open graphs, results, and a folder for model files without a
 * workspace.
 */
export class OpenInspections {
  readonly sessions = new OpenSessions()
  readonly kept = new KeptMaps()
  readonly perturbed = new PerturbedImages()
  #scratch: string | null = null

  /** A temporary folder for variants of models that are in no workspace; deleted when the engine ends. */
  scratch(): string {
    return (this.#scratch ??= temporaryFolder('graphs'))
  }

  async close(): Promise<void> {
    await this.sessions.close()
    await this.perturbed.close()
    if (this.#scratch !== null) rmSync(this.#scratch, { recursive: true, force: true })
    this.#scratch = null
  }
}
