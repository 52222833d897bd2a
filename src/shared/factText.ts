import type { FactOf } from './contract/index.ts'

/** Which model a fact is of, changed or not, and under which condition; nothing else of what holds it. */
export const factOnly = ({ modelId, changed, conditionId }: FactOf): FactOf => ({
  modelId,
  ...(changed === undefined ? {} : { changed }),
  ...(conditionId === undefined ? {} : { conditionId }),
})

/** The same fact of the unchanged model on unchanged images: what a flip starts from. */
export const ofUnchangedModel = ({ modelId }: FactOf): FactOf => ({ modelId })

/** "1", or "1~without-3-7" of a changed model. */
export const modelText = ({ modelId, changed }: FactOf): string =>
  changed === undefined ? String(modelId) : `${modelId}~${changed}`

/** A model's text as its parts; the name of a change is not checked here. */
export function modelOfText(text: string): { model: string; changed?: string } {
  const at = text.lastIndexOf('~')
  return at < 0 ? { model: text } : { model: text.slice(0, at), changed: text.slice(at + 1) }
}

/** One text for one fact: the key of maps. */
export const factKey = (of: FactOf): string => `${modelText(of)}:${of.conditionId ?? ''}`

export const sameFact = (a: FactOf, b: FactOf): boolean => factKey(a) === factKey(b)
