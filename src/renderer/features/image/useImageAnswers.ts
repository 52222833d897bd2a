import { computed, ref, watch } from 'vue'
import type { ChangedAnswer, ImagePrediction } from '#shared/contract/index.ts'
import { useProblems } from '../../ui/useProblems.ts'
import { useResource } from '../../lib/useResource.ts'
import { engine } from '../../lib/engine/index.ts'
import { useAnnotationsStore } from '../datasets/annotationsStore.ts'
import { useModelsStore } from '../../lib/stores/collections.ts'

export type Answer = Omit<ImagePrediction, 'conditionId'>
export type ImageRecord = Awaited<ReturnType<typeof engine.datasets.image>>

/** The predictions of the models for an image under the chosen condition or transform. */
export interface Answers {
  answers: readonly Answer[]
  /** What one model predicts with parts of it removed or cut. */
  changedOf: (modelId: number) => ChangedAnswer[]
  /** Predictions that were computed after `ask`. */
  asked: readonly Answer[]
  asking: boolean
  /** Computes the predictions of all models now, where none are stored. */
  ask: () => Promise<void>
}

/**
 * An image with the models' predictions: stored ones for the unchanged image, a stored condition or a transform. Where
 * none are stored for a transform, they can be computed now.
 */
export function useImageAnswers(
  id: () => number,
  condition: () => number | undefined,
  /** Canonical text of a transform, '' for none. It overrides the condition. */
  transform: () => string,
) {
  const models = useModelsStore()
  const annotations = useAnnotationsStore()
  const { attempt } = useProblems()

  const { data, error, reload } = useResource(
    async (signal) => {
      const [conditionId, text] = [condition(), transform()]
      const under = { id: id(), ...(text ? { transform: text } : conditionId ? { conditionId } : {}) }
      const [found, changed] = await Promise.all([
        engine.datasets.image(under, { signal }),
        engine.datasets.changedAnswers(under, { signal }),
      ])
      return { ...found, changed }
    },
    { on: [id, condition, transform] },
  )
  const changedOf = (modelId: number) =>
    data.value?.changed.filter((answer) => answer.modelId === modelId) ?? []
  watch(
    () => annotations.version,
    () => void reload(),
  )

  const asked = ref<Answer[]>([])
  const asking = ref(false)
  /** Counts the requests, so that late answers to earlier ones can be ignored. */
  let question = 0
  watch([id, transform], () => {
    question++
    asked.value = []
    asking.value = false
  })
  async function ask(): Promise<void> {
    const own = ++question
    const [imageId, text] = [id(), transform()]
    asking.value = true
    for (const model of models.classifiers) {
      const answer = await attempt(() => engine.datasets.ask({ imageId, modelId: model.id, transform: text }))
      if (own !== question) return
      if (answer) asked.value = [...asked.value, answer]
    }
    asking.value = false
  }
  const answers = computed<Answers>(() => ({
    answers: data.value?.predictions.length ? data.value.predictions : asked.value,
    changedOf,
    asked: asked.value,
    asking: asking.value,
    ask,
  }))
  return { record: data, error, reload, answers }
}
