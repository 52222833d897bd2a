import { basename, join } from 'node:path'
import type { MergePart } from '#shared/contract/index.ts'
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
import type { Work } from '../session/worked.ts'

/** What came of adding a workspace. */
interface Merged {
  parts: MergePart[]
  toIndex: MergedDatasets['toIndex']
}

/** What `addWorkspace` is given: who hears how far it is, among others. */
interface Adding {
  onProgress: Work['onProgress']
  /** Called between steps; its error ends it. */
  mayGoOn(): void
  /** Queues jobs and stores what they are of, in one transaction. */
  queue(store: () => NewJob[]): void
}

type Other = Pick<Workspace, 'path' | 'place' | 'draws' | 'kept'>

/**
 * Adds all that a closed or copied workspace of the present schema holds to an open one. Facts come in steps, each a transaction,
 * and are seen by nobody before the rest is there, which comes in one, with the jobs that index its datasets. So it can be
 * ended between steps and done again.
 */
export async function addWorkspace(
  { db, draws }: Pick<Workspace, 'db' | 'draws'>,
  other: Other,
  { onProgress, mayGoOn, queue }: Adding,
): Promise<MergePart[]> {
  const detach = attach(db, join(other.path, 'workspace.sqlite'))
  const next = async () => {
    await nextTurn()
    mayGoOn()
  }
  try {
    onProgress(0, 0, 'images', 'Comparing images')
    const keys = mergeKeys(db)
    const keyStep = db.transaction(() => keys.next())
    while (!keyStep().done) await next()
    const total = Object.values(countMergeable(db)).reduce((sum, count) => sum + count, 0)
    const facts = mergeFacts(db)
    const factStep = db.transaction(() => facts.next())
    let step = factStep()
    for (let done = 0; !step.done; step = factStep()) {
      done += step.value
      onProgress(done, total, 'facts', 'Adding facts')
      await next()
    }
    onProgress(0, 0, 'files', 'Adding masks')
    const masks = await mergeMasks(other.draws, draws)
    onProgress(0, 0, 'parts', 'Adding studies and figures')
    await next()
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
