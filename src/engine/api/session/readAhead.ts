import type { ClusterWatch } from '../../cluster/index.ts'
import type { JobQueue } from '../../jobs/index.ts'
import type { Reader } from '../../studies/index.ts'

/** Milliseconds after the last reason to look at the studies: what a person asks for now comes first. */
const pauseMs = 5000

/**
 * Reads what pages will show in the background, so that they open at once, also after the next start: what rests on the images of
 * a dataset when it was indexed, and studies when one is done, facts came in another way, or something that all rest on has
 * changed. Whoever opens a page is told of an error.
 */
export class ReadAhead {
  readonly #reader: Reader
  #timer: NodeJS.Timeout | undefined

  constructor(jobs: JobQueue, clusters: ClusterWatch, reader: Reader) {
    this.#reader = reader
    jobs.onJob(({ kind, datasetId, state }) => {
      if (state !== 'done') return
      if (kind === 'index' && datasetId !== null) reader.ask({ kind: 'prepare', datasetId }).catch(ignored)
      this.soon()
    })
    clusters.onRun(({ finishedAt }) => {
      if (finishedAt !== null) this.soon()
    })
  }

  /** Looks soon which studies are not read yet. Called again before, it looks once. */
  soon(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#reader.ask({ kind: 'ahead' }).catch(ignored), pauseMs)
    this.#timer.unref()
  }

  close(): void {
    clearTimeout(this.#timer)
  }
}

const ignored = () => undefined
