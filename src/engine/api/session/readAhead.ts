import type { ClusterWatch } from '../../cluster/index.ts'
import type { JobQueue } from '../../jobs/index.ts'
import type { Reader } from '../../studies/index.ts'

/** Milliseconds after the last reason to look at all studies: what a person asks for at the start comes first. */
const pauseMs = 5000

/**
 * Reads what pages will show in the background, so that they open at once, also after the next start: each study when it is
 * done, what rests on the images of a dataset when it was indexed, and all studies where facts came in another way or
 * something that they rest on has changed. Whoever opens a page is told of an error.
 */
export class ReadAhead {
  readonly #reader: Reader
  #timer: NodeJS.Timeout | undefined

  constructor(jobs: JobQueue, clusters: ClusterWatch, reader: Reader) {
    this.#reader = reader
    jobs.onJob(({ kind, studyId, datasetId, state }) => {
      if (state !== 'done') return
      if (kind === 'study' && studyId !== null) this.#study(studyId)
      if (kind === 'index' && datasetId !== null) {
        reader.ask({ kind: 'prepare', datasetId }).catch(ignored)
        this.all()
      }
    })
    clusters.onRun(({ studyId, finishedAt }) => {
      if (finishedAt !== null) this.#study(studyId)
    })
  }

  /** Looks soon which studies are not read yet. Called again before, it looks once. */
  all(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(
      () => void this.#reader.ask({ kind: 'ahead', studyId: null }).catch(ignored),
      pauseMs,
    )
    this.#timer.unref()
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #study(studyId: number): void {
    this.#reader.ask({ kind: 'ahead', studyId }).catch(ignored)
  }
}

const ignored = () => undefined
