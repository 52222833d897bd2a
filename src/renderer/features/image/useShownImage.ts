import { computed } from 'vue'
import { useRoute } from 'vue-router'
import type { ImageRow } from '#shared/contract/index.ts'
import { useQueryText } from '../../lib/useQuery.ts'
import { useRewrite } from '../../lib/useRewrite.ts'
import { useImageAnswers, type Answers, type ImageRecord } from './useImageAnswers.ts'

/** What is looked at on the page of an image: every panel gets it whole. */
export interface ShownImage extends Answers {
  id: number
  row: ImageRow
  record: ImageRecord
  /** The study the image was opened from. */
  study: number | undefined
  /** A stored condition whose pictures and answers are shown. */
  condition: number | undefined
  /** Canonical text of what is done to the picture; '' for nothing. Stands above the condition. */
  transform: string
  /** Whose input is shown; null for the file. */
  modelId: number | null
  /** Shows the input of a model under a condition of a study; null for none. */
  show: (condition: number | null, modelId: number | null, study: number | null) => void
}

/** Image `id` with what the address says of how it is shown; `shown` is null until it is here. */
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
