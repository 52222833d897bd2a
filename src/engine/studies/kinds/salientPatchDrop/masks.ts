import { KernelscopeError } from '#shared/errors.ts'
import { salientMask } from '#shared/saliency.ts'
import { patchGrid } from '#shared/transforms/index.ts'
import { openMasks } from '../../masks/draws.ts'
import type { MaskFile } from '../../masks/maskFile.ts'
import type { SalientParams } from './params.ts'
import { isByClass, levelsOf, sourceDigest, stateOfMasks, type MaskLevel } from './source.ts'
import { openWeights } from './weights.ts'
import { imageChunks } from '../../../facts/index.ts'
import type { MeasureContext } from '../../definition/index.ts'
import { nextTurn } from '../../../base/nextTurn.ts'

/** Images whose masks are made and stored together. So many are lost when the engine dies. */
const together = 128
/** Images looked up at a time. */
const page = 1024

/**
 * Makes the missing masks of a study's images and stores them in a file named after their source. Models,
 * conditions and studies share it; it is shown on the image page, exported and replayed like other draws.
 *
 * @throws FILE_CHANGED where a folder of masks was changed since the study was made
 */
export async function makeMasks(context: MeasureContext, chosen: SalientParams): Promise<void> {
  const { workspace, model, source } = context
  const [height, width] = model.preprocessing.size
  const digest = sourceDigest(workspace.db, chosen, source.datasetId, [height, width])
  const frame = { patch: chosen.patch, height, width, byClass: isByClass(chosen) }
  const masks = await openMasks(workspace, digest, frame)
  try {
    await makeMissing(context, chosen, masks, levelsOf(chosen))
  } finally {
    masks.close()
  }
}

async function makeMissing(
  context: MeasureContext,
  chosen: SalientParams,
  masks: MaskFile,
  levels: readonly MaskLevel[],
): Promise<void> {
  const { workspace, source, model, job, progress } = context
  const names = levels.map(({ level }) => level)
  let missing = 0
  for (const chunk of imageChunks(workspace.db, source, page)) {
    missing += masks.lacking(chunk, names).length
    await nextTurn()
  }
  if (missing === 0) return
  if (!(await isUntouched(chosen, source.datasetId, job.signal))) {
    if (job.signal.aborted) return
    throw new KernelscopeError(
      'FILE_CHANGED',
      `the masks changed since the study was made: ${chosen.masks}`,
      { hint: 'Make a new study with the current masks.' },
    )
  }
  // Reading pictures of masks takes no time compared with the models.
  if (chosen.source !== 'masks') progress.expect(missing)
  const [height, width] = model.preprocessing.size
  const { rows, columns } = patchGrid(chosen.patch, height, width)
  const weights = await openWeights(context, chosen, [rows, columns], missing)
  let made = 0
  try {
    for (const chunk of imageChunks(workspace.db, source, together)) {
      const lacking = masks.lacking(chunk, names)
      const found = lacking.length > 0 ? await weights.of(lacking) : new Map<number, Float64Array>()
      masks.keep(
        lacking.flatMap((image) => {
          const own = found.get(image.exampleId)
          if (!own) return []
          return levels.map(({ level, percent, mode }) => ({
            image,
            level,
            mask: salientMask(own, percent, mode),
          }))
        }),
      )
      made += found.size
      if (job.signal.aborted) return
      await nextTurn()
    }
  } finally {
    await weights.close()
  }
  if (made === 0) weights.refuse()
}

/** Whether the folder of masks is unchanged since the study was made. false too when the job was stopped. */
async function isUntouched(
  { source, masks, masksState }: SalientParams,
  datasetId: number,
  signal: AbortSignal,
): Promise<boolean> {
  if (source !== 'masks' || masks === null || masksState === null) return true
  const state = await stateOfMasks(masks, datasetId, signal).catch((error: unknown) => {
    if (signal.aborted) return null
    throw error
  })
  return state === masksState
}
