import type { DataTable } from '#shared/contract/index.ts'
import type { GridModel } from '../grid.ts'
import type { Outcome } from './outcomes.ts'

const listed = 20

/** Images a model was surest of and should not have been, surest first. */
export function worstTable(
  title: string,
  models: readonly GridModel[],
  outcomesOf: (model: GridModel) => Outcome[],
): DataTable {
  return {
    id: 'worst',
    title,
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'image', title: 'Image', kind: 'text' },
      { key: 'imageId', title: 'Image id', kind: 'integer' },
      { key: 'taken', title: 'Taken for', kind: 'text' },
      { key: 'confidence', title: 'Confidence', kind: 'fraction' },
    ],
    rows: models.flatMap((model) =>
      outcomesOf(model)
        .sort((a, b) => b.confidence - a.confidence || a.imageId - b.imageId)
        .slice(0, listed)
        .map(({ name, imageId, predicted, confidence }) => ({
          model: model.title,
          image: name,
          imageId,
          taken: model.classes[predicted] ?? 'not finite',
          confidence,
        })),
    ),
  }
}
