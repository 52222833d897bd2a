import type { Interval } from '#shared/contract/index.ts'
import { wilson } from '#shared/maths/wilson.ts'
import { nextTurn } from '../../../../base/nextTurn.ts'
import type { Db } from '../../../../workspace/index.ts'
import type { Grid, GridModel } from '../../../definition/index.ts'
import { answersUnder, verdicts } from '../../../summary/outcomes.ts'
import { attacksOf, epsilonsOf, keyOf } from './conditions.ts'
import type { StrongKind, StrongParams } from './params.ts'

/** What an attack did among others at one epsilon. */
export interface Part {
  kind: StrongKind
  /** Images that are right without an attack and wrong with it. */
  broke: number
  /** Those of them that every other attack leaves right. */
  alone: number
  /** Images that are right under it and all attacks before it. */
  left: number
}

/** The attacks of a model at one epsilon, joined image by image. */
export interface Ensemble {
  model: GridModel
  epsilon: number
  /** Images that have an answer without an attack and under every attack, and all images. */
  n: number
  of: number
  /** How many of them are right without an attack, and under all attacks. */
  clean: number
  right: number
  /** Of the share that is right under all attacks. */
  interval: Interval | null
  parts: Part[]
  /** Each image with the number of attacks that it is wrong under, by id. */
  images: { id: number; wrong: number }[]
}

/** Joins the attacks of a model at an epsilon over the images that have all answers. */
export function ensembleOf(
  db: Db,
  { images: of }: Pick<Grid, 'images'>,
  model: GridModel,
  chosen: StrongParams,
  epsilon: number,
): Ensemble {
  const kinds = attacksOf(chosen)
  const attacked = kinds.map((kind) => {
    const { ids, right } = verdicts(db, model, keyOf(kind, epsilon))
    return new Map(Array.from(ids, (id, at) => [id, right[at] === 1]))
  })
  const parts = kinds.map((kind): Part => ({ kind, broke: 0, alone: 0, left: 0 }))
  const counts = { n: 0, clean: 0, right: 0 }
  const images: Ensemble['images'] = []
  for (const [id, { correct: before }] of answersUnder(db, model, 'clean')) {
    // Of an image whose class the model does not have, no answer is right.
    if (before === null) continue
    const under = attacked.map((one) => one.get(id))
    if (under.includes(undefined)) continue
    const wrong = under.filter((right) => !right).length
    images.push({ id, wrong })
    counts.n++
    if (!before) continue
    counts.clean++
    if (wrong === 0) counts.right++
    const first = under.indexOf(false)
    for (const [at, part] of parts.entries()) {
      if (!under[at]) part.broke++
      if (!under[at] && wrong === 1) part.alone++
      if (first < 0 || first > at) part.left++
    }
  }
  const interval = counts.n > 0 ? wilson(counts.right, counts.n) : null
  return { model, epsilon, of, ...counts, interval, parts, images }
}

/** All ensembles of a study, by model and epsilon. */
export async function ensembles(db: Db, grid: Grid, chosen: StrongParams): Promise<Ensemble[]> {
  const found: Ensemble[] = []
  for (const model of grid.models)
    for (const epsilon of epsilonsOf(chosen)) {
      found.push(ensembleOf(db, grid, model, chosen, epsilon))
      await nextTurn()
    }
  return found
}

/** Whether every image has all answers that it can have. */
export const isWhole = (grid: Grid, { model, epsilon }: Ensemble, chosen: StrongParams): boolean => {
  const keys = new Set(['clean', ...attacksOf(chosen).map((kind) => keyOf(kind, epsilon))])
  return grid.cells.every((cell) => cell.modelId !== model.id || !keys.has(cell.key) || grid.whole(cell))
}
