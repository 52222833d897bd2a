import { computed } from 'vue'
import { attentionPath, shownPath } from '#shared/bytes.ts'
import type { AttentionReading, Model } from '#shared/contract/index.ts'
import { useQueryChoice, useQueryText } from '../../../lib/useQuery.ts'
import { engine } from '../../../lib/engine/index.ts'
import { fieldAt, meanField, rangeOf, type Cell } from '../map/field.ts'
import { fieldFigure } from '../map/fieldFigure.ts'
import type { useChosenImage } from '../chooser/useChosenImage.ts'
import { useFloats } from '../map/useFloats.ts'
import { usePictureStyle } from '../map/usePictureStyle.ts'
import { useMapRun } from '../map/useMapRun.ts'

/**
 * Attention of a model on the chosen image. Reading, layer, head and patch are kept in the address. `possible` is false
 * where the model has no attention matrices.
 */
export function useAttention(
  model: () => Model,
  { image, name }: Pick<ReturnType<typeof useChosenImage>, 'image' | 'name'>,
  possible: () => boolean,
) {
  const { map } = usePictureStyle()
  /** Which attention: one query's row, the mean over all queries, or the rollout, which has its own picture. */
  const reading = useQueryChoice<AttentionReading>('reading', ['row', 'mean', 'rollout'])
  const scale = useQueryChoice('scale', ['layer', 'own'])
  const patch = useQueryText('patch')
  const layerText = useQueryText('layer')
  const headText = useQueryText('head', '-1')

  const { result, stale, error, progress, pending, run, cancel } = useMapRun(
    (signal) =>
      image.value === null || !possible()
        ? null
        : engine.maps.attention(
            {
              model: { id: model().id },
              image: image.value,
              ...(/^\d+$/.test(patch.value) ? { patch: Number(patch.value) } : {}),
            },
            { signal },
          ),
    {
      of: () => [image.value, patch.value, model().digest],
      on: [image, patch, () => model().digest, possible],
    },
  )

  const layer = computed({
    get: () => {
      const last = (result.value?.layers.length ?? 1) - 1
      return /^\d+$/.test(layerText.value) ? Math.min(last, Number(layerText.value)) : last
    },
    set: (next) => (layerText.value = String(next)),
  })
  const head = computed({
    get: () =>
      Math.max(
        -1,
        Math.min((result.value?.layers[layer.value]?.heads ?? 1) - 1, Number(headText.value) || 0),
      ),
    set: (next) => (headText.value = String(next)),
  })
  const inAtlas = computed(() => (reading.value === 'rollout' ? 'row' : reading.value))

  const {
    floats,
    error: floatsError,
    pending: floatsPending,
  } = useFloats(() => (result.value ? attentionPath(result.value.key, layer.value, reading.value) : null), {
    of: () => result.value,
    expired: () => void run(),
  })
  const field = computed(() => {
    const [, height = 0, width = 0] = floats.value?.shape ?? []
    const values = floats.value?.values
    if (!values || height === 0) return null
    if (reading.value === 'rollout') return fieldAt(values, height, width, 0)
    return head.value < 0 ? meanField(values, height, width) : fieldAt(values, height, width, head.value)
  })
  const range = computed(() => {
    const shared = result.value?.layers[layer.value]?.[reading.value]
    return scale.value === 'layer' && shared && reading.value !== 'rollout' && head.value >= 0
      ? shared
      : rangeOf(field.value?.values ?? new Float32Array())
  })
  const picture = computed(() => (result.value ? shownPath(result.value.key) : null))

  const asked = computed<Cell | null>(() => {
    const query = result.value?.query
    const width = result.value?.grid[1] ?? 1
    return query?.token === 'patch' && query.patch !== null && reading.value !== 'mean'
      ? { row: Math.floor(query.patch / width), column: query.patch % width }
      : null
  })
  function ask({ row, column }: Cell) {
    if (reading.value === 'mean') return
    patch.value = String(row * (result.value?.grid[1] ?? 1) + column)
  }
  const query = computed(() =>
    asked.value ? `the patch at row ${asked.value.row}, column ${asked.value.column}` : 'the class token',
  )
  const title = computed(() => {
    const which = head.value < 0 ? 'mean of heads' : `head ${head.value + 1}`
    if (reading.value === 'rollout')
      return `Attention rollout to layer ${layer.value + 1} from ${query.value}`
    const from = reading.value === 'mean' ? 'the mean over all queries' : query.value
    return `Attention of layer ${layer.value + 1}, ${which}, from ${from}`
  })
  const elsewhere = computed(() => {
    const shares = result.value?.layers[layer.value]?.elsewhere ?? []
    if (reading.value !== 'row' || shares.length === 0) return null
    return head.value < 0
      ? shares.reduce((sum, share) => sum + share, 0) / shares.length
      : (shares[head.value] ?? null)
  })
  const figure = computed(() =>
    field.value
      ? fieldFigure(field.value, {
          id: `attention-${model().title}-layer-${layer.value + 1}-${reading.value}`,
          title: `${title.value}, ${model().title}`,
          label: reading.value === 'rollout' ? 'Rollout' : 'Attention',
          cell: 'patch',
          map: map.value,
          range: range.value,
          notes: [
            `${model().title} on ${name.value ?? 'an image'}.`,
            ...(result.value?.definitions.map((d) => `${d.name}: ${d.formula ?? ''}`) ?? []),
          ],
          alt: title.value,
        })
      : null,
  )
  return {
    result,
    error: computed(() => error.value ?? floatsError.value),
    progress,
    pending: computed(() => pending.value || (floatsPending.value && !field.value)),
    stale,
    /** Whether the shown picture belongs to the current choices. */
    settled: computed(() => !pending.value && !floatsPending.value && !stale.value),
    run,
    cancel,
    choices: { reading, scale, patch, layer, head },
    inAtlas,
    field,
    range,
    picture,
    asked,
    ask,
    title,
    elsewhere,
    figure,
  }
}
