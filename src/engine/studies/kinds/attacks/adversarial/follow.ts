import type { AttackSession } from '../../../../inference/index.ts'
import { factStore, type FactKey, type StudyImage } from '../../../../facts/index.ts'
import type { FailedRow, MeasureContext } from '../../../definition/index.ts'
import { failedRows, type CallSize } from '../../../measure/calls.ts'
import { loadedBatches } from '../../../measure/load.ts'
import { attackInCalls } from './calls.ts'
import { showImages, type TransferTarget } from './show.ts'
import type { AttackRun } from './trajectories.ts'

/** Where facts of images are stored. */
type Cell = Omit<FactKey, 'exampleId'>

/** Attacks that share a trajectory, and what else their images serve. */
export interface Followed {
  runs: AttackRun[]
  /** Of the facts of the attacks. */
  variantId: number
  /** Models that get the images of the last attack. */
  shown: TransferTarget[]
  /** Where the clean predictions that come with the first gradient are stored; null where they are not. */
  clean: Cell | null
}

/**
 * Attacks the images of a chunk that lack a fact of the trajectory, batch by batch. Returns how many clean predictions are
 * wanted and did not come with it.
 */
export async function followChunk(
  context: MeasureContext,
  session: AttackSession,
  { runs, variantId, shown, clean }: Followed,
  chunk: StudyImage[],
  size: CallSize,
): Promise<number> {
  const { workspace, pool, model, job, progress } = context
  const facts = factStore(workspace.db)
  const ids = chunk.map(({ exampleId }) => exampleId)
  const knownOf = ({ variantId: variant, conditionId }: Cell) => facts.known(variant, conditionId, ids)
  const wanted: Cell[] = [...runs.map(({ conditionId }) => ({ variantId, conditionId })), ...shown]
  const known = wanted.map(knownOf)
  const missing = chunk.filter(({ exampleId }) => known.some((set) => !set.has(exampleId)))
  const seen = clean ? knownOf(clean) : new Set<number>()
  let left = clean ? chunk.length - seen.size : 0
  progress.add({ cached: wanted.length * (chunk.length - missing.length) + seen.size })
  const order = { model, runs: runs.map(({ attack }) => attack), keep: shown.length > 0 }
  for await (const loaded of loadedBatches(pool, missing, model.preprocessing, size.most)) {
    if (job.signal.aborted) return left
    const { images, problems } = loaded
    job.enterNative()
    const crashes = progress.moved() ? 0 : job.crashes
    const unshown: FailedRow[] = []
    let along = 0
    const found = await attackInCalls(
      session,
      size,
      loaded,
      { ...order, crashes },
      async (answer, first, rows) => {
        const part = images.slice(first, first + rows)
        const unread = problems.slice(first, first + rows)
        const keysIn = ({ variantId: variant, conditionId }: Cell) =>
          part.map(({ exampleId }, row) =>
            unread[row] ? null : { variantId: variant, conditionId, exampleId },
          )
        for (const [run, { conditionId }] of runs.entries()) {
          const result = answer.facts[run]
          if (result) facts.store(keysIn({ variantId, conditionId }), result)
        }
        if (clean && answer.clean) {
          const keys = keysIn(clean).map((key) => (key && !seen.has(key.exampleId) ? key : null))
          facts.store(keys, answer.clean)
          along += keys.filter((key) => key !== null).length
        }
        if (answer.images)
          for (const other of shown)
            unshown.push(...(await showImages(context, other, part, answer.images, unread)))
      },
    )
    for (const [row, { exampleId }] of images.entries()) {
      const problem = found[row]
      if (problem)
        for (const { variantId: variant, conditionId } of wanted)
          facts.fail({ variantId: variant, conditionId, exampleId }, problem)
    }
    const failed = [...failedRows(images, found).flatMap((row) => wanted.map(() => row)), ...unshown]
    left -= along
    progress.add({ computed: wanted.length * images.length - failed.length + along, failed })
  }
  return left
}
