import { KernelscopeError } from '#shared/errors.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import { examplesOf, measured, measurementStore, type StudyImage } from '../../../facts/index.ts'
import { digestAndMeasure, placeInInput } from '../../../images/index.ts'
import type { StoredModel } from '../../../models/index.ts'
import type { Db } from '../../../workspace/index.ts'
import type { MeasureContext } from '../../definition/index.ts'
import { openBoxes } from './boxes.ts'
import type { MapScoreParams } from './params.ts'

/** The key of the boxes of images in a state of their folder: four numbers for each box. */
export const boxesRewrite = ({ boxesState }: Pick<MapScoreParams, 'boxesState'>): Rewrite => ({
  op: 'probe',
  what: 'boxes',
  together: boxesState,
  version: 1,
})

/** A rectangle in pixels of a model's input, which it may exceed. */
export interface InputBox {
  left: number
  top: number
  right: number
  bottom: number
}

/** Stores the boxes of images in pixels of the model's input. Images without a box are left out. */
export async function measureBoxes(
  { workspace, model, job }: MeasureContext,
  images: readonly StudyImage[],
  chosen: MapScoreParams,
): Promise<void> {
  if (chosen.boxes === null) return
  const rewrite = boxesRewrite(chosen)
  const known = measured(workspace.db, model, rewrite).known(examplesOf(images))
  const store = measurementStore(workspace.db, { model, provider: 'cpu', rewrite })
  const boxes = await openBoxes(chosen.boxes)
  for (const image of images) {
    if (job.signal.aborted) return
    if (known.has(image.exampleId)) continue
    const found = await boxes.of(image)
    const size = found.length > 0 ? await sizeOf(image.path) : null
    if (!size) continue
    const place = placeInInput(model.preprocessing, size)
    store.keepVector(
      image.exampleId,
      found.flatMap(([left, top, right, bottom]) => [...place(left, top), ...place(right, bottom)]),
    )
  }
}

/** Size of an image; null where it cannot be read, which its scores tell too. */
async function sizeOf(path: string): Promise<{ height: number; width: number } | null> {
  try {
    return await digestAndMeasure(path)
  } catch (error) {
    if (error instanceof KernelscopeError) return null
    throw error
  }
}

/** The stored boxes of images by example. */
export const storedBoxes = (
  db: Db,
  model: StoredModel,
  images: readonly StudyImage[],
  chosen: MapScoreParams,
): Map<number, InputBox[]> =>
  new Map(
    [...measured(db, model, boxesRewrite(chosen)).vectors(examplesOf(images))].map(([example, vector]) => [
      example,
      Array.from({ length: Math.floor(vector.length / 4) }, (_, at) => {
        const [left = 0, top = 0, right = 0, bottom = 0] = vector.subarray(4 * at, 4 * at + 4)
        return { left, top, right, bottom }
      }),
    ]),
  )

/**
 * Whether a pixel lies in a box or nearer to one than `tolerance` pixels. Source: Zhang et al. 2016, section 5; TorchRay
 * pointing_game.py.
 */
export const hits = (
  [x, y]: readonly [number, number],
  boxes: readonly InputBox[],
  tolerance: number,
): boolean =>
  boxes.some(({ left, top, right, bottom }) => {
    const across = Math.max(left - x, 0, x - right)
    const down = Math.max(top - y, 0, y - bottom)
    return (across === 0 && down === 0) || Math.hypot(across, down) < tolerance
  })
