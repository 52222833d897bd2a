import type { FactOf } from './contract/index.ts'

/** Reduces an object to the fact that it names: a model, changed or not, and a condition. */
export const factOnly = ({ modelId, changed, conditionId }: FactOf): FactOf => ({
  modelId,
  ...(changed === undefined ? {} : { changed }),
  ...(conditionId === undefined ? {} : { conditionId }),
})

/** The fact of the unchanged model on unchanged images. Flips are counted from it. */
export const ofUnchangedModel = ({ modelId }: FactOf): FactOf => ({ modelId })

/** "1", or "1~without-3-7" for a changed model. */
export const modelText = ({ modelId, changed }: FactOf): string =>
  changed === undefined ? String(modelId) : `${modelId}~${changed}`

/** Splits a model's text into model and change. It does not check the name of the change. */
export function modelOfText(text: string): { model: string; changed?: string } {
  const at = text.lastIndexOf('~')
  return at < 0 ? { model: text } : { model: text.slice(0, at), changed: text.slice(at + 1) }
}

/** One text per fact, for keys of maps. */
export const factKey = (of: FactOf): string => `${modelText(of)}:${of.conditionId ?? ''}`

export const sameFact = (a: FactOf, b: FactOf): boolean => factKey(a) === factKey(b)
