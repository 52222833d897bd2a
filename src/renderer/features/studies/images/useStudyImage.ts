import { computed, ref } from 'vue'
import { useResource } from '../../../lib/useResource.ts'
import { engine } from '../../../lib/engine/index.ts'
import { useModelsStore, useStudiesStore } from '../../../lib/stores/collections.ts'
import {
  alongWay,
  failureText,
  imageAxis,
  imageFigure,
  imageTable,
  waysOf,
  type Measure,
} from './imageCurves.ts'

/** One image under all conditions of a study: its curves and table, and where each model first fails. */
export function useStudyImage(studyId: () => number, imageId: () => number) {
  const models = useModelsStore()
  const studies = useStudiesStore()
  const measure = ref<Measure>('probability')
  const view = ref<'chart' | 'table'>('chart')

  const { data, error, reload } = useResource(
    (signal) => engine.studies.image({ id: studyId(), imageId: imageId() }, { signal }),
    { on: [studyId, imageId] },
  )
  const study = computed(() => studies.byId.get(studyId()) ?? null)
  const title = computed(() => study.value?.title ?? `Study ${studyId()}`)
  const rows = computed(() => data.value?.rows ?? [])
  const planned = computed(() => data.value?.planned ?? [])
  const axis = computed(() => imageAxis(rows.value, data.value?.axis ?? null, planned.value))
  /** The models that were measured on the image. */
  const shown = computed(() =>
    [...new Set(rows.value.map((row) => row.modelId))].map((id) => ({
      id,
      title: models.titleIn(study.value, id),
    })),
  )
  const ways = computed(() => waysOf(axis.value))
  const chosenWay = ref<string | null>(null)
  const way = computed({
    get: () => ways.value.find((one) => one === chosenWay.value) ?? ways.value[0] ?? '',
    set: (one) => (chosenWay.value = one),
  })
  /** The axis for the chosen way. */
  const along = computed(() => alongWay(axis.value, way.value))
  const spec = computed(() => imageFigure(along.value, shown.value, measure.value))
  const table = computed(() => imageTable(axis.value, shown.value))
  const failures = computed(() =>
    [...new Set(planned.value.map(({ modelId }) => modelId))].map((id) => ({
      id,
      title: models.titleIn(study.value, id),
      text: failureText(along.value, id),
    })),
  )
  /** The requested model if it was measured, else the first measured one; null where there is none. */
  const measured = (asked: number | null) =>
    shown.value.find(({ id }) => id === asked)?.id ?? shown.value[0]?.id ?? null

  const ready = computed(() => data.value !== null)
  return {
    ...{ measure, view, way, ways, error, reload, ready, title, rows },
    ...{ axis, along, shown, spec, table, failures, measured },
  }
}
