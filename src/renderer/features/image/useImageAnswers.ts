import { computed, ref, watch } from 'vue'
import type { ChangedAnswer, ImagePrediction } from '#shared/contract/index.ts'
import { useProblems } from '../../ui/useProblems.ts'
import { useResource } from '../../lib/useResource.ts'
import { engine } from '../../lib/engine/index.ts'
import { useAnnotationsStore } from '../datasets/annotationsStore.ts'
import { useModelsStore } from '../../lib/stores/collections.ts'

export type Answer = Omit<ImagePrediction, 'conditionId'>
export type ImageRecord = Awaited<ReturnType<typeof engine.datasets.image>>

/** What models say of an image under what is chosen. */
export interface Answers {
  answers: readonly Answer[]
  /** What one model says with parts of it removed or cut. */
  changedOf: (modelId: number) => ChangedAnswer[]
  /** Answers that came since `ask`. */
  asked: readonly Answer[]
  asking: boolean
  /** Asks all models now, where nothing is stored. */
  ask: () => Promise<void>
}

/**
 * An image with what models say of it: stored answers as it is, under a stored condition or under a transform; where
 * none are stored for a transform, the models can be asked now.
 */
export function useImageAnswers(
  id: () => number,
  condition: () => number | undefined,
  /** Canonical text; '' for nothing. Stands above the condition. */
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
  /** Counts what was asked about: answers to an earlier question come too late. */
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
