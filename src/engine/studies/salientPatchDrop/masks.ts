import { salientMask, type SalientMode } from '#shared/saliency.ts'
import { patchGrid, toBitset } from '#shared/transforms/index.ts'
import type { MeasureRoom } from '../definition.ts'
import { readDrawsFile, writeDrawsFile } from '../draws.ts'
import { imageChunks } from '../images.ts'
import type { SalientParams } from './index.ts'
import { repeatOf, sourceDigest } from './source.ts'
import { weightsOf } from './weights.ts'

/**
 * Makes the masks of all images of a study that have none yet, and keeps them as a draws file named after their source:
 * shared by models, conditions and studies, shown on the image page, exported and replayed like any draws.
 */
export async function makeMasks(room: MeasureRoom, chosen: SalientParams): Promise<void> {
  const { workspace, source, model, context } = room
  const [height, width] = model.preprocessing.size
  const digest = sourceDigest(workspace.db, chosen, [height, width])
  const grid = patchGrid(chosen.patch, height, width)
  const entries = (await readDrawsFile(workspace, digest))?.entries ?? {}
  const levels = levelsOf(chosen)
  const images = [...imageChunks(workspace.db, source, 1000)].flat()
  const missing = images.filter((image) =>
    levels.some(({ level }) => entries[level]?.[image.digest] === undefined),
  )
  if (missing.length === 0) return
  const weights = await weightsOf(room, chosen, missing, [grid.rows, grid.columns])
  if (context.signal.aborted) return
  for (const { level, percent, mode } of levels) {
    const masks = (entries[level] ??= {})
    for (const image of missing) {
      const found = weights.get(image.digest)
      if (found) masks[image.digest] = toBitset(salientMask(found, percent, mode))
    }
  }
  await writeDrawsFile(workspace, digest, {
    format: 'kernelscope-draws',
    version: 1,
    patch: chosen.patch,
    height,
    width,
    entries,
  })
}

function levelsOf({
  modes,
  percents,
}: SalientParams): { level: string; percent: number; mode: SalientMode }[] {
  return modes.flatMap((mode) =>
    percents
      .filter((percent) => percent > 0)
      .map((percent) => ({ level: `${percent}/${repeatOf[mode]}`, percent, mode })),
  )
}
