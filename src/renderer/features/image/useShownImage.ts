import { computed } from 'vue'
import { useRoute } from 'vue-router'
import type { ImageRow } from '#shared/contract/index.ts'
import { useQueryText } from '../../lib/useQuery.ts'
import { useRewrite } from '../../lib/useRewrite.ts'
import { useImageAnswers, type Answers, type ImageRecord } from './useImageAnswers.ts'

/** The image of an image's page and how it is shown. Every panel gets all of it. */
export interface ShownImage extends Answers {
  id: number
  row: ImageRow
  record: ImageRecord
  /** The study the image was opened from. */
  study: number | undefined
  /** The stored condition whose pictures and predictions are shown. */
  condition: number | undefined
  /** Canonical text of a transform, '' for none. It overrides the condition. */
  transform: string
  /** The model whose input is shown; null for the file itself. */
  modelId: number | null
  /** Shows a model's input under a condition of a study; null for none. */
  show: (condition: number | null, modelId: number | null, study: number | null) => void
}

/** Image `id`, shown as the address says. `shown` is null until it is loaded. */
export function useShownImage(id: () => number) {
  const route = useRoute()
  const rewrite = useRewrite()
  const idIn = (name: string) =>
    /^\d+$/.test(String(route.query[name])) ? Number(route.query[name]) : undefined
  const condition = computed(() => idIn('condition'))
  const transform = useQueryText('transform')
  /** "file", or the id of the model whose input is shown. */
  const input = useQueryText('show', 'file')
  const { record, error, reload, answers } = useImageAnswers(
    id,
    () => condition.value,
    () => transform.value,
  )

  const show: ShownImage['show'] = (conditionId, modelId, study) => {
    const chosen = {
      condition: conditionId ?? undefined,
      show: modelId ?? undefined,
      study: study ?? undefined,
    }
    void rewrite.to({ ...route.query, ...chosen })
  }
  const shown = computed<ShownImage | null>(
    () =>
      record.value && {
        ...answers.value,
        id: id(),
        row: record.value.image,
        record: record.value,
        study: idIn('study'),
        condition: condition.value,
        transform: transform.value,
        modelId: input.value === 'file' ? null : Number(input.value),
        show,
      },
  )
  return { shown, transform, input, error, reload }
}
