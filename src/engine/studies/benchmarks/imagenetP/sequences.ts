import type { PerturbationName } from '#shared/transforms/index.ts'
import type { Db } from '../../../workspace/index.ts'
import type { GridModel } from '../../definition/index.ts'
import { rankings } from '../../summary/outcomes.ts'
import { frameKey, framesOf } from './conditions.ts'
import { pictureName } from '../../summary/pictureName.ts'
import { nextTurn } from '../../../base/nextTurn.ts'

/**
 * A model's predictions for the frames of one sequence, in order: the five most probable classes of each,
 * best first.
 */
export interface Sequence {
  /** The same for a picture under every perturbation. */
  picture: string
  /** Image and class of the first frame. */
  imageId: number
  name: string
  className: string
  frames: number[][]
}

/** The number of a frame: the last digits of its file name, 0 without digits. */
const frameNumber = (name: string) => Number(/(\d+)\.[^.]*$/.exec(name)?.[1] ?? 0)

/**
 * Reads the sequences of a perturbation whose frames are images of the dataset, every `stride`-th frame of
 * each.
 */
export function publishedSequences(
  db: Db,
  model: GridModel,
  name: PerturbationName,
  stride: number,
): Sequence[] {
  const bySequence = Map.groupBy(rankings(db, model, name), (frame) => pictureName(frame.name, true))
  return [...bySequence].flatMap(([picture, frames]) => {
    const inOrder = frames.sort(
      (a, b) => frameNumber(a.name) - frameNumber(b.name) || (a.name < b.name ? -1 : 1),
    )
    const [first] = inOrder
    if (!first) return []
    const { imageId, name, className } = first
    const chosen = inOrder.filter((_, place) => place % stride === 0)
    return [{ picture, imageId, name, className, frames: chosen.map(({ top }) => top) }]
  })
}

/**
 * Reads sequences made here, one frame per condition. Images without predictions for all frames are left out.
 */
export async function madeSequences(
  db: Db,
  model: GridModel,
  name: PerturbationName,
  stride: number,
): Promise<Sequence[]> {
  const frames = framesOf(name, stride)
  const byExample = new Map<number, Sequence>()
  for (const [place, frame] of frames.entries()) {
    for (const { exampleId, imageId, name: image, className, top } of rankings(
      db,
      model,
      frameKey(name, frame),
    )) {
      const known = byExample.get(exampleId) ?? {
        picture: String(exampleId),
        imageId,
        name: image,
        className,
        frames: [],
      }
      known.frames[place] = top
      byExample.set(exampleId, known)
    }
    await nextTurn()
  }
  return [...byExample.values()].filter((sequence) => Object.keys(sequence.frames).length === frames.length)
}
