import type { CellImage, CellImages, CellImagesInput } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { imageRows } from '../../datasets/index.ts'
import type { WorkspaceFiles } from '../../workspace/index.ts'
import type { StudyPlan } from '../store/plan.ts'
import type { PointImages } from '../definition/index.ts'

/**
 * Lists the images behind a point that is no condition, ordered by their own values, page by page.
 *
 * @throws STUDY_PARAMS where the study has no such point or order
 * @throws MODEL_NOT_FOUND where the model is not one of the study
 */
export async function pointImages(
  workspace: WorkspaceFiles,
  { study, definition, source, models: planned }: StudyPlan,
  { modelId, key, direction, after, limit }: CellImagesInput,
): Promise<CellImages> {
  const models = planned.map(({ model }) => model)
  const model = models.find(({ id }) => id === modelId)
  if (!model) throw new KernelscopeError('MODEL_NOT_FOUND', `the study has no model with id ${modelId}`)
  if (direction !== 'largest' && direction !== 'smallest')
    throw new KernelscopeError('STUDY_PARAMS', `a point has no order ${direction}`, {
      hint: 'Its images are listed as largest or smallest.',
    })
  const found = await definition.point?.(key, study.params, model, { workspace, models, source })
  if (!found)
    throw new KernelscopeError('STUDY_PARAMS', `the study has no point ${key} of ${model.title}`, {
      hint: 'Points are named in the figures of its result, once it was measured.',
    })
  const { images, ...point } = found
  const ordered = byValue(images, direction)
  const from = after === null ? 0 : ordered.findIndex(({ id }) => id === after) + 1
  const shown = from === 0 && after !== null ? [] : ordered.slice(from, from + limit)
  const values = new Map(shown.map(({ id, value }) => [id, value]))
  const rows = imageRows(workspace.db, values.keys()).map((row): CellImage => ({
    ...row,
    value: values.get(row.id) ?? null,
  }))
  const next = from + shown.length < ordered.length ? (shown.at(-1)?.id ?? null) : null
  return { rows, next, total: ordered.length, compared: 0, point }
}

/** Sorts images by value, those without a value last, equal values by id. */
function byValue(images: PointImages['images'], direction: 'largest' | 'smallest'): PointImages['images'] {
  const sign = direction === 'largest' ? -1 : 1
  const place = ({ value }: { value: number | null }) => (value === null ? Infinity : sign * value)
  return images.toSorted((a, b) => {
    const [left, right] = [place(a), place(b)]
    return left === right ? a.id - b.id : left - right
  })
}
