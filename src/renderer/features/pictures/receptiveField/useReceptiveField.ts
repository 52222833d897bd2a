import { computed } from 'vue'
import { receptiveFieldPath } from '#shared/bytes.ts'
import type { Model } from '#shared/contract/index.ts'
import { contributionPicture } from '#shared/maths/receptiveField.ts'
import { useQueryChoice, useQueryText } from '../../../lib/useQuery.ts'
import { useResource } from '../../../lib/useResource.ts'
import { usualDataset } from '../../../lib/usualDataset.ts'
import { engine } from '../../../lib/engine/index.ts'
import { plural } from '../../../lib/format.ts'
import { useDatasetsStore } from '../../../lib/stores/collections.ts'
import { fieldAt, rangeOf } from '../map/field.ts'
import { fieldFigure } from '../map/fieldFigure.ts'
import { useFloats } from '../map/useFloats.ts'
import { usePictureStyle } from '../map/usePictureStyle.ts'
import { useMapRun } from '../map/useMapRun.ts'

/**
 * The input of a receptive field, kept in the address: the feature map, the dataset, the number of images, the seed.
 */
export function useReceptiveFieldChoices(model: () => Model) {
  const datasets = useDatasetsStore()
  const {
    data: places,
    error,
    reload,
  } = useResource((signal) => engine.maps.featurePoints({ id: model().id }, { signal }), {
    on: [() => model().digest],
  })
  const points = computed(() => places.value?.points ?? [])
  const pointText = useQueryText('point')
  const point = computed({
    get: () => (/^\d+$/.test(pointText.value) ? Number(pointText.value) : (points.value.at(-1)?.index ?? 0)),
    set: (index) => (pointText.value = String(index)),
  })
  const ready = computed(() => datasets.rows.filter((d) => d.state === 'ready' && d.images > 0))
  const datasetText = useQueryText('dataset')
  const datasetId = computed({
    get: () => Number(datasetText.value) || (usualDataset(ready.value)?.id ?? 0),
    set: (id) => (datasetText.value = String(id)),
  })
  const countText = useQueryText('images', '50')
  const count = computed({
    get: () => Math.max(1, Math.min(5000, Math.round(Number(countText.value) || 50))),
    set: (images) => (countText.value = String(images)),
  })
  const seedText = useQueryText('seed', '0')
  const seed = computed({
    get: () => Math.max(0, Math.round(Number(seedText.value) || 0)),
    set: (next) => (seedText.value = String(next)),
  })
  return { places, error, reload, points, point, ready, datasetId, count, seed }
}

/** The receptive field for these choices, computed on request, as a field to paint and as a figure. */
export function useReceptiveField(
  model: () => Model,
  { point, datasetId, count, seed }: ReturnType<typeof useReceptiveFieldChoices>,
) {
  const { map } = usePictureStyle()
  const values = useQueryChoice('values', ['log', 'contribution'])
  const { result, made, stale, error, progress, pending, run, cancel } = useMapRun(
    (signal) =>
      engine.maps.receptiveField(
        {
          model: { id: model().id },
          images: { datasetId: datasetId.value, count: count.value, seed: seed.value },
          point: point.value,
        },
        { signal },
      ),
    {
      of: () => ({
        point: point.value,
        datasetId: datasetId.value,
        count: count.value,
        seed: seed.value,
        model: model().digest,
      }),
    },
  )

  const {
    floats,
    error: floatsError,
    pending: floatsPending,
  } = useFloats(() => (result.value ? receptiveFieldPath(result.value.key) : null), {
    of: () => result.value,
    expired: () => void run(),
  })
  const field = computed(() => {
    const [height = 0, width = 0] = floats.value?.shape ?? []
    if (!floats.value || height === 0) return null
    const numbers = values.value === 'log' ? contributionPicture(floats.value.values) : floats.value.values
    return fieldAt(numbers, height, width, 0)
  })
  const range = computed(() =>
    values.value === 'log'
      ? { min: 0, max: 1 }
      : { ...rangeOf(field.value?.values ?? new Float32Array()), min: 0 },
  )
  const title = computed(() => `Effective receptive field of ${result.value?.point.title ?? 'the features'}`)
  const figure = computed(() =>
    field.value && result.value
      ? fieldFigure(field.value, {
          id: `receptive-field-${model().title}-${result.value.point.title}`,
          title: `${title.value}, ${model().title}`,
          label: values.value === 'log' ? 'log10(9 x + 1), x over the largest' : 'Contribution',
          cell: 'px',
          map: map.value,
          range: range.value,
          notes: [
            `${model().title}, mean over ${plural(result.value.images, 'image')} drawn with seed ${made.value?.seed}.`,
            ...result.value.definitions.map((d) => `${d.name}: ${d.formula ?? ''}`),
          ],
          alt: title.value,
        })
      : null,
  )
  return {
    result,
    error: computed(() => error.value ?? floatsError.value),
    progress,
    pending: computed(() => pending.value || floatsPending.value),
    cancel,
    run,
    stale,
    values,
    field,
    range,
    title,
    figure,
  }
}
