import { basename, join } from 'node:path'
import type { MergePart, WorkProgress } from '#shared/contract/index.ts'
import { nextTurn } from '../../base/nextTurn.ts'
import {
  forgetImages,
  mergeAnnotations,
  mergeDatasets,
  mergeSubsets,
  type MergedDatasets,
} from '../../datasets/index.ts'
import { countMergeable, forgetKeys, mergeFacts, mergeKeys } from '../../facts/index.ts'
import { mergeCompositions } from '../../figures/index.ts'
import type { NewJob } from '../../jobs/index.ts'
import { mergeModels } from '../../models/index.ts'
import { mergeMaps } from '../../saliency/index.ts'
import { mergeMasks, mergeStudies } from '../../studies/index.ts'
import { attach, type Db, type Workspace } from '../../workspace/index.ts'

/** What came of adding a workspace. */
interface Merged {
  parts: MergePart[]
  toIndex: MergedDatasets['toIndex']
}

/** What `addWorkspace` is given. */
interface Adding {
  /** Queues jobs and stores what they are of, in one transaction. */
  queue(store: () => NewJob[]): void
  /** Called between steps; its error ends it. */
  mayGoOn?(): void
}

type Other = Pick<Workspace, 'path' | 'place' | 'draws' | 'kept'>

/**
 * Adds all that a closed or copied workspace of the present schema holds to an open one. Facts come in steps, each a transaction,
 * and are seen by nobody before the rest is there, which comes in one, with the jobs that index its datasets. So it can be
 * ended between steps and done again.
 */
export async function* addWorkspace(
  { db, draws }: Pick<Workspace, 'db' | 'draws'>,
  other: Other,
  { queue, mayGoOn = () => undefined }: Adding,
): AsyncGenerator<WorkProgress, MergePart[], undefined> {
  const detach = attach(db, join(other.path, 'workspace.sqlite'))
  try {
    const total = Object.values(countMergeable(db)).reduce((sum, count) => sum + count, 0)
    let done = 0
    const note = (text: string): WorkProgress => ({
      type: 'progress',
      done,
      total,
      unit: 'facts',
      note: text,
    })
    const keys = mergeKeys(db)
    const keyStep = db.transaction(() => keys.next())
    while (!keyStep().done) {
      yield note('Comparing images')
      await nextTurn()
      mayGoOn()
    }
    const facts = mergeFacts(db)
    const factStep = db.transaction(() => facts.next())
    for (let step = factStep(); ; step = factStep()) {
      if (step.done) {
        yield note('Adding studies and figures')
        const masks = await mergeMasks(other.draws, draws)
        mayGoOn()
        const parts: MergePart[] = []
        queue(() => {
          const added = addContent(db, nameOf(other))
          parts.push(...added.parts)
          return added.toIndex.map(({ id, title }) => ({
            kind: 'index',
            title: `Index ${title}`,
            datasetId: id,
          }))
        })
        return inOrder([...step.value, ...parts, masks])
      }
      done += step.value
      yield note('Adding facts')
      await nextTurn()
      mayGoOn()
    }
  } finally {
    if (db.open) {
      forgetKeys(db)
      forgetImages(db)
    }
    detach()
  }
}

/** What `addWorkspace` would come to, without facts and masks, of an attached workspace: it is done and taken back. */
export function planned(db: Db, other: Other): MergePart[] {
  let parts: MergePart[] = []
  const undone = new Error('taken back')
  try {
    db.transaction(() => {
      for (const step of mergeKeys(db)) void step
      parts = addContent(db, nameOf(other)).parts
      throw undone
    })()
  } catch (error) {
    if (error !== undone) throw error
  }
  return inOrder(parts)
}

const nameOf = ({ place, kept }: Other) => (kept ? basename(place) : 'not kept')

/** All but facts and masks. Call it in a transaction. */
function addContent(db: Db, from: string): Merged {
  const models = mergeModels(db)
  const datasets = mergeDatasets(db, from)
  const named = { models: models.ids, datasets: datasets.ids }
  const subsets = mergeSubsets(db, from, named)
  const annotations = mergeAnnotations(db)
  const studies = mergeStudies(db, { ...named, subsets: subsets.ids })
  const figures = mergeCompositions(db, from, { studies: studies.ids, models: models.ids })
  return {
    parts: [
      models.part,
      datasets.part,
      subsets.part,
      ...annotations,
      studies.part,
      ...figures,
      mergeMaps(db),
    ],
    toIndex: datasets.toIndex,
  }
}

const order: readonly MergePart['name'][] = [
  'models',
  'datasets',
  'studies',
  'predictions',
  'measurements',
  'failures',
  'figures',
  'styles',
  'subsets',
  'tags',
  'notes',
  'maps',
  'masks',
]

const inOrder = (parts: readonly MergePart[]): MergePart[] =>
  parts.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
