import { KernelscopeError } from '#shared/errors.ts'
import { singleBlockKey } from '#shared/cellRef.ts'
import type { StoredModel } from '../../../models/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { readSubsets, serialiseSubsets, subsetsFor } from './file.ts'
import type { LesionParams } from './params.ts'
import { drawSubsets } from './subsets.ts'
import { unitConditions } from './units.ts'
import type { Condition } from '../../../facts/index.ts'
import { unchanged } from '../../definition/index.ts'

/**
 * Blocks that may be removed, counted from 0: all removable ones, or only those of the stage with the most
 * blocks.
 */
export function candidatesOf(
  { inspection: { blocks } }: StoredModel,
  { candidates }: LesionParams,
): number[] {
  const removable = blocks.filter(({ removable }) => removable)
  if (candidates === 'all') return removable.map(({ index }) => index)
  const stages = [...Map.groupBy(removable, ({ stage }) => stage).values()].sort(
    (a, b) => b.length - a.length,
  )
  return (stages[0] ?? []).map(({ index }) => index)
}

/** The subsets a study removes from a model: drawn from the seed, or read from an imported file. */
function subsetsOf(chosen: LesionParams, model: StoredModel, db: Db): number[][] {
  if (chosen.draws !== null) return subsetsFor(readSubsets(db, chosen.draws), model).subsets
  const candidates = candidatesOf(model, chosen)
  // All candidates may be removed, but never all blocks of a model.
  const most = Math.min(candidates.length, model.inspection.blocks.length - 1)
  return Array.from({ length: Math.max(0, most) }, (_, i) => i + 1)
    .filter((n) => (n - 1) % chosen.step === 0)
    .flatMap((n) => drawSubsets(candidates, n, chosen.samples, chosen.seed))
}

/**
 * Refuses a subsets file that removes nothing from one of the models.
 *
 * @throws STUDY_PARAMS where it has no subsets for a model, or one with a block that cannot be removed
 */
export function checkSubsets(
  { draws }: LesionParams,
  models: readonly { model: StoredModel }[],
  db: Db,
): void {
  if (draws === null) return
  for (const { model } of models) {
    const { problem } = subsetsFor(readSubsets(db, draws), model)
    if (problem !== null)
      throw new KernelscopeError('STUDY_PARAMS', `invalid draws: ${problem}, of ${model.title}`, {
        hint: 'Replay a subsets file that was made for the models of the study, or leave the model out.',
      })
  }
}

/** Conditions of a lesion study. Their parameters count blocks from 1. */
export function lesionConditions(chosen: LesionParams, model: StoredModel, db: Db): Condition[] {
  const total = model.inspection.blocks.length
  const remove = (
    key: string,
    blocks: number[],
    params: Condition['params'],
    words: Pick<Condition, 'title' | 'way' | 'draw'>,
  ): Condition => ({
    key,
    ...words,
    params: {
      ...params,
      n: blocks.length,
      proportion: blocks.length / total,
      blocks: blocks.map((index) => index + 1).join(' '),
    },
    transform: unchanged,
    rewrite: { op: 'lesion', blocks },
  })
  return [
    {
      key: 'none',
      params: { n: 0, proportion: 0, blocks: '', kind: 'subset' },
      title: 'no block removed',
      baseline: true,
      transform: unchanged,
    },
    ...[...Map.groupBy(subsetsOf(chosen, model, db), ({ length }) => length)].flatMap(([n, subsets]) =>
      subsets.map((blocks, sample) =>
        remove(
          `n=${n},sample=${sample}`,
          blocks,
          { kind: 'subset', sample },
          {
            title: `${n} ${n === 1 ? 'block' : 'blocks'} removed`,
            way: 'subsets',
            draw: { level: `n=${n}`, title: `subset ${sample + 1}` },
          },
        ),
      ),
    ),
    ...(chosen.singles
      ? candidatesOf(model, chosen).map((block) =>
          remove(
            singleBlockKey(block),
            [block],
            { kind: 'single', block: block + 1 },
            { title: `without block ${block + 1}`, way: 'single blocks' },
          ),
        )
      : []),
    ...(chosen.units ? unitConditions(model) : []),
  ]
}

/** Writes the subsets of a study as a draws file that another study can replay. */
export const exportSubsets = (chosen: LesionParams, models: StoredModel[], db: Db): string =>
  serialiseSubsets(
    models.map((model) => ({
      title: model.title,
      digest: model.digest,
      blocks: Math.max(1, model.inspection.blocks.length),
      subsets: subsetsOf(chosen, model, db),
    })),
  )
