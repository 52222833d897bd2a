import { useDebounceFn } from '@vueuse/core'
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import { useRoute } from 'vue-router'
import type { Study, StudyCost, StudyInput } from '#shared/contract/index.ts'
import type { KernelscopeError } from '#shared/errors.ts'
import { usualDataset } from '../../../lib/usualDataset.ts'
import { engine, isAbort, toKernelscopeError } from '../../../lib/engine/index.ts'
import { fieldsOf, initialParams, type Params } from '#shared/params/fields.ts'
import { problemsOf } from '#shared/params/problems.ts'
import { useDatasetsStore, useModelsStore, useStudiesStore } from '../../../lib/stores/collections.ts'
import { useEngineStore } from '../../../lib/stores/engine.ts'
import { useSettingsStore } from '../../../lib/stores/settings.ts'
import { useSubsetsStore } from '../../datasets/subsetsStore.ts'

/** A study that is being set up: its values, their problems, and its cost. */
export function useStudyDraft() {
  const route = useRoute()
  const models = useModelsStore()
  const datasets = useDatasetsStore()
  const studies = useStudiesStore()
  const subsets = useSubsetsStore()
  const settings = useSettingsStore()

  const idsOf = (value: unknown) =>
    typeof value === 'string' ? value.split('.').map(Number).filter(Number.isInteger) : []
  const like = computed(() => studies.byId.get(Number(route.query.like)) ?? null)

  const kindId = ref(typeof route.query.kind === 'string' ? route.query.kind : '')
  const modelIds = ref<number[]>(idsOf(route.query.models))
  /** 0 while none is chosen. */
  const datasetId = ref(idsOf(route.query.dataset)[0] ?? 0)
  const sample = ref<StudyInput['sample']>(null)
  /** 0 for the whole dataset. */
  const subsetId = ref(idsOf(route.query.subset)[0] ?? 0)
  watch(datasetId, () => (subsetId.value = likeSubset.value))
  /** The subset of the study that this one is based on, if it still exists and the dataset is the same; else 0. */
  const likeSubset = computed(() => {
    const known = subsets.byId.get(like.value?.subset?.id ?? 0)
    return known?.datasetId === datasetId.value ? known.id : 0
  })
  // The list of subsets may load after the study.
  watch(likeSubset, (id) => id && (subsetId.value = id), { immediate: true })
  /** The subset of the study that this one is based on, where it cannot be used any more. */
  const lostSubset = computed(() => {
    const subset = like.value?.subset
    const same = like.value?.datasetId === datasetId.value
    return subset && same && subsets.loaded && likeSubset.value === 0 ? subset : null
  })
  const title = ref('')
  const params = ref<Params>({})
  const presetId = ref<string | null>(null)
  /** The engine's last refusal. The problem is shown at the parameter that it names. */
  const refused = shallowRef<KernelscopeError | null>(null)
  const starting = ref(false)

  const labelled = () => usualDataset(datasets.rows.filter(({ layout }) => layout !== 'unlabelled'))

  const kind = computed(() => studies.kind(kindId.value))
  const fields = computed(() => (kind.value ? fieldsOf(kind.value.params) : []))

  /** Models are filled in once. Removing the last one must not bring all of them back. */
  let filled = modelIds.value.length > 0
  watch(
    () => [studies.kinds, models.rows, datasets.rows, studies.loaded] as const,
    ([kinds]) => {
      if (route.query.like !== undefined && !studies.loaded) return
      if (!kinds.some((k) => k.id === kindId.value)) kindId.value = like.value?.kind ?? kinds[0]?.id ?? ''
      if (!filled) modelIds.value = like.value?.modelIds ?? models.classifiers.map(({ id }) => id)
      filled ||= modelIds.value.length > 0
      datasetId.value ||= like.value?.datasetId ?? labelled()?.id ?? 0
    },
    { immediate: true },
  )
  /** Studies with random draws start with the seed of the settings. */
  const seeded = (given: Params): Params => {
    const seed = settings.settings?.seed
    return seed !== undefined && fields.value.some(({ key }) => key === 'seed') ? { seed, ...given } : given
  }
  watch(
    // Compared by value, because lists are read again when the engine restarts, and typed values must not be lost then.
    () => JSON.stringify([fields.value, settings.settings?.seed, like.value?.id]),
    () => {
      const given = like.value?.kind === kindId.value ? like.value.params : {}
      params.value = initialParams(fields.value, seeded(given))
      presetId.value = null
      if (like.value) sample.value = like.value.sample
    },
    { immediate: true },
  )

  function usePreset(id: string) {
    const preset = kind.value?.presets.find((p) => p.id === id)
    if (!preset) return
    params.value = initialParams(fields.value, seeded(preset.params))
    presetId.value = id
  }

  const problems = computed(() => {
    const found = problemsOf(fields.value, params.value)
    const named =
      refused.value?.code === 'STUDY_PARAMS'
        ? fields.value.find((f) => refused.value?.message.includes(f.key))
        : undefined
    return named && refused.value ? { [named.key]: refused.value.message, ...found } : found
  })
  const input = computed<StudyInput | null>(() => {
    if (
      !kind.value ||
      datasetId.value === 0 ||
      modelIds.value.length === 0 ||
      Object.keys(problemsOf(fields.value, params.value)).length > 0
    )
      return null
    return {
      kind: kindId.value,
      params: params.value,
      modelIds: modelIds.value,
      datasetId: datasetId.value,
      sample: sample.value,
      ...(subsetId.value ? { subsetId: subsetId.value } : {}),
      ...(title.value.trim() ? { title: title.value.trim() } : {}),
    }
  })

  const cost = shallowRef<StudyCost | null>(null)
  const costError = shallowRef<KernelscopeError | null>(null)
  const costPending = ref(false)
  const engineStore = useEngineStore()
  let controller = new AbortController()
  const estimate = useDebounceFn(async () => {
    const own = (controller = new AbortController())
    if (!input.value) return void (costPending.value = false)
    try {
      const found = await engine.studies.cost(input.value, { signal: own.signal })
      if (own.signal.aborted) return
      cost.value = found
      costError.value = null
    } catch (thrown) {
      if (own.signal.aborted || isAbort(thrown)) return
      cost.value = null
      costError.value = refused.value = toKernelscopeError(thrown)
    }
    costPending.value = false
  }, 250)
  watch(
    [() => JSON.stringify(input.value), () => engineStore.generation],
    () => {
      controller.abort()
      refused.value = null
      costPending.value = input.value !== null
      if (!input.value) cost.value = null
      void estimate()
    },
    { immediate: true },
  )
  onScopeDispose(() => controller.abort())

  /** Stores and queues the study; an error is kept in `refused`. */
  async function start(): Promise<Study | null> {
    if (!input.value || starting.value) return null
    starting.value = true
    try {
      return studies.put(await engine.studies.run(input.value))
    } catch (thrown) {
      refused.value = toKernelscopeError(thrown)
      return null
    } finally {
      starting.value = false
    }
  }

  return {
    kindId,
    kind,
    fields,
    modelIds,
    datasetId,
    sample,
    subsetId,
    lostSubset,
    title,
    params,
    presetId,
    usePreset,
    problems,
    input,
    cost,
    costError,
    costPending,
    refused,
    starting,
    start,
  }
}

export type StudyDraft = ReturnType<typeof useStudyDraft>
