import { computed, ref, shallowRef, watch } from 'vue'
import { useRoute } from 'vue-router'
import type { Study, StudyInput, StudyKind } from '#shared/contract/index.ts'
import type { KernelscopeError } from '#shared/errors.ts'
import { withoutEffect } from '#shared/params/effect.ts'
import { fieldsOf, initialParams, type Params } from '#shared/params/fields.ts'
import { problemsOf } from '#shared/params/problems.ts'
import { scaledParams } from '#shared/params/scaled.ts'
import { sampleText } from '#shared/sampleWords.ts'
import { usualDataset } from '../../../lib/usualDataset.ts'
import { engine, toKernelscopeError } from '../../../lib/engine/index.ts'
import { useDatasetsStore, useModelsStore, useStudiesStore } from '../../../lib/stores/collections.ts'
import { useSettingsStore } from '../../../lib/stores/settings.ts'
import { usePreprocessings } from './usePreprocessings.ts'
import { useDraftSubset } from './useDraftSubset.ts'
import { useStopRule } from './useStopRule.ts'
import { useStudyCost } from './useStudyCost.ts'

type Preset = StudyKind['presets'][number]

/** A study that is being set up: its values, their problems, and its cost. */
export function useStudyDraft() {
  const route = useRoute()
  const models = useModelsStore()
  const datasets = useDatasetsStore()
  const studies = useStudiesStore()
  const settings = useSettingsStore()

  const idsOf = (value: unknown) =>
    typeof value === 'string' ? value.split('.').map(Number).filter(Number.isInteger) : []
  const like = computed(() => studies.byId.get(Number(route.query.like)) ?? null)

  const kindId = ref(typeof route.query.kind === 'string' ? route.query.kind : '')
  const modelIds = ref<number[]>(idsOf(route.query.models))
  /** 0 while none is chosen. */
  const datasetId = ref(idsOf(route.query.dataset)[0] ?? 0)
  const sample = ref<StudyInput['sample']>(null)
  const { subsetId, lostSubset } = useDraftSubset(datasetId, idsOf(route.query.subset)[0] ?? 0, like)
  const title = ref('')
  const stop = useStopRule(modelIds)
  const params = ref<Params>({})
  const presetId = ref<string | null>(null)
  const starting = ref(false)

  const kind = computed(() => studies.kind(kindId.value))
  const preprocessings = usePreprocessings(kind, like)
  const fields = computed(() => (kind.value ? fieldsOf(kind.value.params) : []))
  /** Whether its models' files are all it reads. */
  const fromWeights = computed(() => kind.value?.reads === 'weights')
  const labelled = () => usualDataset(datasets.rows.filter(({ layout }) => layout !== 'unlabelled'))

  /** Models are filled in once. Removing the last one must not bring all of them back. */
  let filled = modelIds.value.length > 0
  watch(
    () => [studies.kinds, models.rows, datasets.rows, studies.loaded] as const,
    ([kinds]) => {
      if (route.query.like !== undefined && !studies.loaded) return
      // The kind of the address is kept until the kinds are known.
      if (kinds.length > 0 && !kinds.some((k) => k.id === kindId.value))
        kindId.value = like.value?.kind ?? kinds[0]?.id ?? ''
      if (!filled) modelIds.value = like.value?.modelIds ?? models.classifiers.map(({ id }) => id)
      filled ||= modelIds.value.length > 0
      datasetId.value ||= like.value?.datasetId ?? labelled()?.id ?? 0
    },
    { immediate: true },
  )

  /** Lengths of presets, scaled to the inputs of the chosen models. */
  const scaled = (given: Params) =>
    scaledParams(
      fields.value,
      given,
      modelIds.value.flatMap((id) => models.byId.get(id)?.preprocessing.size ?? []),
    )
  /** Studies with random draws start with the seed of the settings. */
  const seeded = (given: Params): Params => {
    const seed = settings.settings?.seed
    return seed !== undefined && fields.value.some(({ key }) => key === 'seed') ? { seed, ...given } : given
  }
  const presetOf = (id: string | null) => kind.value?.presets.find((preset) => preset.id === id) ?? null
  watch(
    // Compared by value, because lists are read again when the engine restarts, and typed values must not be lost then.
    () => JSON.stringify([kind.value?.id, fields.value, settings.settings?.seed, like.value?.id]),
    () => {
      const given = like.value?.kind === kindId.value ? like.value.params : scaled({})
      params.value = initialParams(fields.value, seeded(given))
      presetId.value = null
      if (like.value) sample.value = like.value.sample
      else if (kindId.value === route.query.kind) usePreset(String(route.query.preset))
    },
    { immediate: true },
  )
  // Lengths that were not typed follow the models.
  watch(
    () => scaled(presetOf(presetId.value)?.params ?? {}),
    (now, before) => {
      for (const [key, value] of Object.entries(now))
        if (params.value[key] === before[key] && value !== before[key])
          params.value = { ...params.value, [key]: value }
    },
  )

  function usePreset(id: string) {
    const preset = presetOf(id)
    if (!preset) return
    params.value = initialParams(fields.value, seeded({ ...preset.params, ...scaled(preset.params) }))
    chooseBeside(preset, presetOf(presetId.value))
    presetId.value = id
  }
  /** Images and preprocessing of a preset. What an earlier preset chose goes, what a person chose stays. */
  function chooseBeside(preset: Preset, before: Preset | null) {
    const { preprocessing } = preset
    const seed = sample.value?.seed ?? settings.settings?.seed ?? 0
    const [wanted, earlier] = [sampleOf(preset, seed), before && sampleOf(before, seed)]
    if (wanted) sample.value = wanted
    else if (earlier && sampleText(earlier) === (sample.value && sampleText(sample.value)))
      sample.value = null
    if (preprocessing) preprocessings.only(preprocessing)
    else if (before?.preprocessing && preprocessings.isOnly(before.preprocessing))
      preprocessings.setMode('own')
  }

  /** Why parameters have no effect beside the others, by key. */
  const idle = computed(() => {
    const found: Record<string, string> = {}
    for (const field of fields.value) {
      const only = withoutEffect(field, fields.value, params.value)
      if (only !== null) found[field.key] = only
    }
    return found
  })
  const input = computed<StudyInput | null>(() => {
    if (
      !kind.value ||
      (datasetId.value === 0 && !fromWeights.value) ||
      modelIds.value.length === 0 ||
      Object.keys(problemsOf(fields.value, params.value)).length > 0
    )
      return null
    return {
      kind: kindId.value,
      params: params.value,
      modelIds: modelIds.value,
      datasetId: fromWeights.value ? null : datasetId.value,
      sample: fromWeights.value ? null : sample.value,
      ...(subsetId.value && !fromWeights.value ? { subsetId: subsetId.value } : {}),
      ...(preprocessings.asked.value && !fromWeights.value
        ? { preprocessings: preprocessings.asked.value }
        : {}),
      ...(title.value.trim() ? { title: title.value.trim() } : {}),
    }
  })

  const { cost, pending: costPending, warnings, refused: priced } = useStudyCost(input)
  const startRefused = shallowRef<KernelscopeError | null>(null)
  watch(input, () => (startRefused.value = null))
  /** The engine's last refusal. The problem is shown at the parameter that it names. */
  const refused = computed(() => startRefused.value ?? priced.value)
  const problems = computed(() => {
    const found = problemsOf(fields.value, params.value)
    const named =
      refused.value?.code === 'STUDY_PARAMS'
        ? fields.value.find((f) => refused.value?.message.includes(f.key))
        : undefined
    return named && refused.value ? { [named.key]: refused.value.message, ...found } : found
  })
  /** What keeps the study from being started, and the step where it is chosen; null where nothing does. */
  const missing = computed<{ text: string; step: Step } | null>(() => {
    if (!modelIds.value.length) return { text: 'Choose at least one model.', step: 'on' }
    if (datasetId.value === 0 && !fromWeights.value) return { text: 'Choose a dataset.', step: 'on' }
    if (Object.keys(problems.value).length)
      return { text: 'Correct the parameters that are marked.', step: 'how' }
    return null
  })

  /** Stores the study, and queues it unless it is to run elsewhere; an error is kept in `refused`. */
  async function start(elsewhere = false): Promise<Study | null> {
    if (!input.value || starting.value) return null
    starting.value = true
    try {
      const { value: until } = stop.until
      return studies.put(
        elsewhere
          ? await engine.studies.store(input.value)
          : await engine.studies.run({ ...input.value, ...(until ? { until } : {}) }),
      )
    } catch (thrown) {
      startRefused.value = toKernelscopeError(thrown)
      return null
    } finally {
      starting.value = false
    }
  }

  return {
    ...{ kindId, kind, fields, fromWeights, modelIds, datasetId, sample, subsetId, lostSubset, title },
    ...{ params, presetId, usePreset, preprocessings, problems, idle, input, missing },
    stop,
    ...{ cost, costPending, warnings, refused, starting, start },
  }
}

/** The images that a preset chooses; null where it takes all. */
const sampleOf = ({ perClass, images }: Preset, seed: number): StudyInput['sample'] =>
  perClass !== undefined ? { perClass, seed } : images !== undefined ? { images, seed } : null

/** The steps of the form: what is measured, on what, and how. */
export type Step = 'what' | 'on' | 'how'
export type StudyDraft = ReturnType<typeof useStudyDraft>
