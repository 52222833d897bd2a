import type { AttackSession } from '../../../../inference/index.ts'
import { factStore, type FactKey, type FactStore, type StudyImage } from '../../../../facts/index.ts'
import type { StoredModel } from '../../../../models/index.ts'
import type { FailedRow, MeasureContext } from '../../../definition/index.ts'
import { crashesHere, failedRows, type CallSize } from '../../../measure/calls.ts'
import { inLanes } from '../../../measure/inLanes.ts'
import { attackForwards } from '../../../measure/work.ts'
import { lanePermits, type LanePermits } from '../../../measure/lanePermits.ts'
import { loadedBatches, type LoadedBatch } from '../../../measure/load.ts'
import { attackInCalls } from './calls.ts'
import { showImages, type TransferTarget } from './show.ts'
import { stopFlag } from './stopFlag.ts'
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
 * Attacks the images of a chunk that lack a fact of the trajectory, batch by batch, each session a batch of its own. Returns
 * how many clean predictions are wanted and did not come with it.
 */
export async function followChunk(
  context: MeasureContext,
  sessions: readonly AttackSession[],
  followed: Followed,
  chunk: StudyImage[],
  size: CallSize,
): Promise<number> {
  const { workspace, pool, model, job, progress } = context
  const facts = factStore(workspace.db)
  const ids = chunk.map(({ exampleId }) => exampleId)
  const knownOf = ({ variantId, conditionId }: Cell) => facts.known(variantId, conditionId, ids)
  const wanted = cellsOf(followed)
  const known = wanted.map(knownOf)
  const missing = chunk.filter(({ exampleId }) => known.some((set) => !set.has(exampleId)))
  const seen = followed.clean ? knownOf(followed.clean) : new Set<number>()
  let left = followed.clean ? chunk.length - seen.size : 0
  const weight = weightOf(model, followed)
  progress.add({ cached: wanted.length * (chunk.length - missing.length), weight })
  progress.add({ cached: seen.size })
  const permits = lanePermits(sessions.length)
  const batches = loadedBatches(pool, missing, model.preprocessing, size.most, sessions.length)
  const flag = stopFlag(job.signal)
  const work = async (loaded: LoadedBatch, session: AttackSession) => {
    job.enterNative()
    const lane = { session, permits, lanes: sessions.length }
    const rest = { facts, seen, size, stop: flag.stop }
    left -= await flag.unlessStopped(0, () => followBatch(context, lane, followed, loaded, rest))
  }
  try {
    await inLanes(batches, sessions, work, job.signal)
  } finally {
    flag.close()
    await batches.return()
  }
  return left
}

/** The work of an answer of a trajectory, in forward passes; images that are shown to another model take one there. */
const weightOf = (model: StoredModel, { runs, shown }: Followed): number =>
  (attackForwards(
    model,
    runs.map(({ attack }) => attack),
  ) +
    shown.length) /
  (runs.length + shown.length)

/** Where the facts of a trajectory and of the models that get its images are stored. */
const cellsOf = ({ runs, variantId, shown }: Followed): Cell[] => [
  ...runs.map(({ conditionId }) => ({ variantId, conditionId })),
  ...shown,
]

/** A session that attacks, beside others. */
interface AttackLane {
  session: AttackSession
  permits: LanePermits
  /** How many sessions there are. */
  lanes: number
}

/** Attacks a batch and stores what comes of it. Returns how many clean predictions came with it. */
async function followBatch(
  context: MeasureContext,
  { session, permits, lanes }: AttackLane,
  followed: Followed,
  loaded: LoadedBatch,
  {
    facts,
    seen,
    size,
    stop,
  }: { facts: FactStore; seen: ReadonlySet<number>; size: CallSize; stop: Int32Array },
): Promise<number> {
  const { model, job, progress } = context
  const { runs, shown, variantId, clean } = followed
  const { images, problems } = loaded
  const wanted = cellsOf(followed)
  const crashes = crashesHere({ job, progress })
  const unshown: FailedRow[] = []
  let along = 0
  const order = { model, runs: runs.map(({ attack }) => attack), keep: shown.length > 0, crashes, stop }
  const permitted = {
    get ended() {
      return session.ended
    },
    attack: (...asked: Parameters<AttackSession['attack']>) => permits(1, () => session.attack(...asked)),
  }
  const found = await attackInCalls(permitted, size, loaded, order, async (answer, first, rows) => {
    const part = images.slice(first, first + rows)
    const unread = problems.slice(first, first + rows)
    const keysIn = (cell: Cell) =>
      part.map(({ exampleId }, row) => (unread[row] ? null : { ...cell, exampleId }))
    for (const [run, { conditionId }] of runs.entries()) {
      const result = answer.facts[run]
      if (result) facts.store(keysIn({ variantId, conditionId }), result)
    }
    if (clean && answer.clean) {
      const keys = keysIn(clean).map((key) => (key && !seen.has(key.exampleId) ? key : null))
      facts.store(keys, answer.clean)
      along += keys.filter((key) => key !== null).length
    }
    const { images: made } = answer
    // The other models compute with all threads.
    if (made)
      for (const other of shown)
        unshown.push(...(await permits(lanes, () => showImages(context, other, part, made, unread))))
  })
  for (const [row, { exampleId }] of images.entries()) {
    const problem = found[row]
    if (problem)
      for (const { variantId: variant, conditionId } of wanted)
        facts.fail({ variantId: variant, conditionId, exampleId }, problem)
  }
  const failed = [...failedRows(images, found).flatMap((row) => wanted.map(() => row)), ...unshown]
  const weight = weightOf(model, followed)
  progress.add({ computed: wanted.length * images.length - failed.length, failed, weight })
  if (along > 0) progress.add({ computed: along })
  return along
}
