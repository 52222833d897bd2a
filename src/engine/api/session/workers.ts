import { availableParallelism } from 'node:os'
import { createPress, type Press } from '../../figures/index.ts'
import { createImagePool, type ImagePool } from '../../images/index.ts'
import { endRestingThreads } from '../../inference/index.ts'

const decodedBytes = 512 * 2 ** 20

/** The image workers and the thread that draws figures. Each starts when it is first asked for. */
export class Workers {
  readonly #imageWorkers: number
  readonly #pictureAt: (digest: string) => string | null
  #pool: ImagePool | null = null
  #press: Press | null = null

  /**
   * @param imageWorkers threads that decode and transform images; one less than there are cores when left out
   * @param pictureAt the path of a picture that transforms name by its digest; null where it is not at hand
   */
  constructor(
    imageWorkers = Math.max(1, availableParallelism() - 1),
    pictureAt: (digest: string) => string | null = () => null,
  ) {
    this.#imageWorkers = imageWorkers
    this.#pictureAt = pictureAt
  }

  get pool(): ImagePool {
    return (this.#pool ??= createImagePool({
      workers: this.#imageWorkers,
      cacheBytes: decodedBytes,
      pictureAt: this.#pictureAt,
    }))
  }

  get press(): Press {
    return (this.#press ??= createPress())
  }

  async close(): Promise<void> {
    await this.#pool?.close()
    this.#pool = null
    await this.#press?.close()
    this.#press = null
    await endRestingThreads()
  }
}
