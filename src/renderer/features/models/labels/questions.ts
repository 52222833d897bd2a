import type { LabelMatch, Model } from '#shared/contract/index.ts'

/** One question for all models that lack labels and have as many outputs as a dataset has classes. */
export interface LabelQuestion {
  datasetId: number
  kind: 'imagenet1k' | 'dataset' | 'spelling'
  /** Whether the order of the classes is a published one, and not only alphabetical. */
  published: boolean
  outputs: number
  modelIds: number[]
}

/**
 * The questions about models without any labels, a dataset with a published order first. A model is asked about once,
 * for the first dataset that would match it.
 */
export function labelQuestions(
  models: readonly Pick<Model, 'id' | 'classes' | 'labelSource'>[],
  matches: readonly LabelMatch[],
): LabelQuestion[] {
  const unnamed = new Map(
    models.flatMap((m) => (m.labelSource === 'none' ? [[m.id, m.classes] as const] : [])),
  )
  const questions: LabelQuestion[] = []
  const asked = new Set<number>()
  const published = (match: LabelMatch) => Number(match.suggestion?.published ?? false)
  for (const match of matches.toSorted((a, b) => published(b) - published(a))) {
    const outputs = unnamed.get(match.modelId)
    if (outputs === undefined || match.suggestion === null || asked.has(match.modelId)) continue
    asked.add(match.modelId)
    const known = questions.find(
      (one) =>
        one.datasetId === match.datasetId && one.outputs === outputs && one.kind === match.suggestion?.kind,
    )
    if (known) known.modelIds.push(match.modelId)
    else {
      const { kind, published } = match.suggestion
      questions.push({ datasetId: match.datasetId, kind, published, outputs, modelIds: [match.modelId] })
    }
  }
  return questions
}
