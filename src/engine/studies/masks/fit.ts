import { KernelscopeError } from '#shared/errors.ts'
import { drawsEntry, masksOf, type PatchDrop } from '#shared/transforms/index.ts'
import { imageChunks, partFor, type PlannedCondition } from '../../facts/index.ts'
import { nextTurn } from '../../base/nextTurn.ts'
import type { FitContext } from '../definition/index.ts'
import { openDraws } from './draws.ts'
import type { DrawsReader } from './reader.ts'

const unfit = (what: string) =>
  new KernelscopeError('STUDY_PARAMS', `invalid draws: ${what}`, {
    hint: 'Replay them with the patches, shares, input sizes and images that they were made for.',
  })

/**
 * Refuses masks to replay that do not fit the conditions of a study.
 *
 * @throws STUDY_PARAMS where they are for other patches, input sizes, shares or images; the message says which
 * @throws DRAWS_MALFORMED where the workspace has no such file, or it is damaged
 */
export async function checkMasks(context: FitContext): Promise<void> {
  const dropping = context.models.map(({ model, conditions }) => ({
    model,
    conditions: conditions.filter((stored) => replayed(stored) !== null),
  }))
  const first = dropping.flatMap(({ conditions }) => conditions).map(replayed)[0]
  if (!first?.draws) return
  const reader = await openDraws(context.workspace, first.draws)
  try {
    const head = reader.of({ digest: '', className: null })
    if (head.patch !== first.patch)
      throw unfit(`the masks are of patches of ${head.patch} px, not of ${first.patch} px`)
    const sizes = masksOf(head).map(({ height, width }) => `${height} × ${width}`)
    for (const { model, conditions } of dropping) {
      const size = model.preprocessing.size.join(' × ')
      if (conditions.length > 0 && !sizes.includes(size))
        throw unfit(
          `the masks are for inputs of ${sizes.join(' and ')} px, and ${model.title} has ${size} px`,
        )
    }
    if (context.source !== null) await checkImages({ ...context, models: dropping }, reader)
  } finally {
    reader.close()
  }
}

/** The transform of a condition that replays masks; null for another. */
function replayed({ parts }: PlannedCondition): PatchDrop | null {
  const transform = parts[0]?.transform
  return transform?.op === 'patchDrop' && transform.draws !== null ? transform : null
}

async function checkImages({ workspace, models, source }: FitContext, reader: DrawsReader): Promise<void> {
  if (source === null) return
  let pairs = 0
  const lacking = new Map<string, { images: number; example: string }>()
  for (const chunk of imageChunks(workspace.db, source, 1000)) {
    for (const image of chunk) {
      const sizes = masksOf(reader.of(image))
      for (const { model, conditions } of models) {
        const [height, width] = model.preprocessing.size
        const entries = sizes.find((one) => one.height === height && one.width === width)?.entries
        const missing = conditions.find((stored) => {
          const { transform } = partFor(stored, image.id)
          if (transform.op !== 'patchDrop') return false
          const { level, owner } = drawsEntry(transform, image.digest)
          return entries?.[level]?.[owner] === undefined
        })
        pairs++
        if (!missing) continue
        const { title } = missing.condition
        const found = lacking.get(title) ?? { images: 0, example: image.path }
        lacking.set(title, { ...found, images: found.images + 1 })
      }
    }
    await nextTurn()
  }
  const [worst] = [...lacking].sort(([, a], [, b]) => b.images - a.images)
  if (!worst) return
  const [title, { images: without, example }] = worst
  throw unfit(`${without} of ${pairs} images have no mask for "${title}", e.g. ${example}`)
}
