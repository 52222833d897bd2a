import { outputTitle } from '#shared/classNames.ts'
import type { DataTable } from '#shared/contract/index.ts'
import type { Db } from '../../workspace/index.ts'
import type { GridModel } from '../definition/index.ts'
import { nextTurn } from '../../base/nextTurn.ts'
import type { ConfidentImage } from '../../facts/index.ts'
import { mostConfidentUnder } from './outcomes.ts'

const listed = 20

export interface WorstOptions {
  title: string
  models: readonly GridModel[]
  /** Conditions to search. */
  keys: readonly string[]
  /** "wrong": mistakes only; "unknown": images whose true class the model does not know. */
  which: 'wrong' | 'unknown'
}

/**
 * Lists the images that a model was most confident of and should not have been, the most confident first.
 * Each image appears once, under the condition with its highest confidence.
 */
export async function worstTable(db: Db, { title, models, keys, which }: WorstOptions): Promise<DataTable> {
  const rows: DataTable['rows'] = []
  for (const model of models) {
    const found: (ConfidentImage & { key: string })[] = []
    for (const key of keys) {
      found.push(...mostConfidentUnder(db, model, key, which, listed).map((entry) => ({ ...entry, key })))
      await nextTurn()
    }
    found.sort((a, b) => b.confidence - a.confidence || a.imageId - b.imageId)
    const once = [...new Map(found.toReversed().map((entry) => [entry.imageId, entry])).values()].reverse()
    for (const { name, imageId, className, predicted, confidence, key } of once.slice(0, listed))
      rows.push({
        model: model.title,
        image: name,
        imageId,
        class: className,
        ...(keys.length > 1 ? { condition: key } : {}),
        taken: predicted < 0 ? 'not finite' : outputTitle(model.classes, predicted),
        confidence,
      })
  }
  return {
    id: 'worst',
    title,
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'image', title: 'Image', kind: 'text' },
      { key: 'imageId', title: 'Image id', kind: 'integer' },
      ...(which === 'wrong' ? [{ key: 'class', title: 'Class', kind: 'text' as const }] : []),
      ...(keys.length > 1 ? [{ key: 'condition', title: 'Condition', kind: 'text' as const }] : []),
      { key: 'taken', title: 'Taken for', kind: 'text' },
      { key: 'confidence', title: 'Confidence', kind: 'fraction' },
    ],
    rows,
  }
}
