import type { PerturbationName } from '#shared/transforms/index.ts'
import type { Db } from '../../../workspace/index.ts'
import type { GridModel } from '../../grid.ts'
import { pictureName } from '../../images.ts'
import { breath, rankings } from '../outcomes.ts'
import { frameKey, framesOf } from './conditions.ts'

/** What a model said of the frames of one sequence, in order: the five likeliest classes of each, best first. */
export interface Sequence {
  /** The same for a picture under every perturbation. */
  picture: string
  frames: number[][]
}

/** Number of a frame by its file name: its last digits; names without any keep their order. */
const frameNumber = (name: string) => Number(/(\d+)\.[^.]*$/.exec(name)?.[1] ?? 0)

/** Sequences of a perturbation whose frames are images of the dataset: every `stride`-th frame of each. */
export function publishedSequences(
  db: Db,
  model: GridModel,
  name: PerturbationName,
  stride: number,
): Sequence[] {
  const bySequence = Map.groupBy(rankings(db, model, name), (frame) => pictureName(frame.name, true))
  return [...bySequence].map(([picture, frames]) => ({
    picture,
    frames: frames
      .sort((a, b) => frameNumber(a.name) - frameNumber(b.name) || (a.name < b.name ? -1 : 1))
      .filter((_, place) => place % stride === 0)
      .map(({ top }) => top),
  }))
}

/** Sequences made here: one frame per condition. Only images with all their frames. */
export async function madeSequences(
  db: Db,
  model: GridModel,
  name: PerturbationName,
  stride: number,
): Promise<Sequence[]> {
  const frames = framesOf(name, stride)
  const bySubject = new Map<number, number[][]>()
  for (const [place, frame] of frames.entries()) {
    for (const { subjectId, top } of rankings(db, model, frameKey(name, frame))) {
      const known = bySubject.get(subjectId) ?? []
      known[place] = top
      bySubject.set(subjectId, known)
    }
    await breath()
  }
  return [...bySubject]
    .filter(([, tops]) => Object.keys(tops).length === frames.length)
    .map(([subjectId, tops]) => ({ picture: String(subjectId), frames: tops }))
}
