import { useLocalStorage, watchDebounced } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Question } from '#shared/contract/index.ts'
import type { KernelscopeError } from '#shared/errors.ts'
import { engine, isAbort, toKernelscopeError } from '../../lib/engine/index.ts'
import { useDatasetsStore, useModelsStore, useStudiesStore } from '../../lib/stores/collections.ts'
import { isOpen, useJobsStore } from '../../lib/stores/jobs.ts'
import { useWorkspaceStore } from '../../lib/stores/workspace.ts'

export type QuestionState = 'impossible' | 'ready' | 'open' | 'failed' | 'answered'

/** The paper's questions for the open workspace, and the tour through them. */
export const useGuideStore = defineStore('guide', () => {
  const workspace = useWorkspaceStore()
  const models = useModelsStore()
  const datasets = useDatasetsStore()
  const studies = useStudiesStore()
  const jobs = useJobsStore()

  const questions = shallowRef<Question[]>([])
  const loaded = ref(false)
  const error = shallowRef<KernelscopeError | null>(null)
  const wanted = ref(false)

  const tourOpen = ref(false)
  /** Followed steps of the tour, by workspace. */
  const followed = useLocalStorage<Record<string, string[]>>('kernelscope.tour', {})
  const visited = computed(() => new Set(followed.value[workspace.path ?? ''] ?? []))

  function visit(step: string): void {
    const path = workspace.path
    if (path === null || visited.value.has(step)) return
    followed.value = { ...followed.value, [path]: [...visited.value, step] }
  }

  /**
   * The sizes of the studies depend on the indexed and measured images, so nothing is estimated while images are being
   * indexed.
   */
  const indexing = computed(() => datasets.rows.some((dataset) => dataset.state === 'indexing'))
  const stale = ref(true)
  let loading = false

  async function load(): Promise<void> {
    wanted.value = true
    if (!workspace.isOpen || !datasets.loaded || indexing.value || loading || !stale.value) return
    loading = true
    stale.value = false
    const { path } = workspace
    let failed = false
    try {
      const found = await engine.guide.questions({})
      if (workspace.path === path) {
        questions.value = found
        error.value = null
        loaded.value = true
      }
    } catch (thrown) {
      failed = true
      if (!isAbort(thrown) && workspace.path === path) error.value = toKernelscopeError(thrown)
    }
    loading = false
    const left = workspace.path !== path
    const again = left || (stale.value && !failed)
    stale.value ||= left || failed
    // What the questions depend on has changed meanwhile.
    if (again) void load()
  }

  /** Asks again after an error. */
  function retry(): Promise<void> {
    stale.value = true
    return load()
  }

  const jobOf = (question: Question) =>
    question.studyId === null
      ? null
      : (jobs.ofStudy(question.studyId) ?? studies.byId.get(question.studyId)?.job ?? null)

  function stateOf(question: Question): QuestionState {
    if (question.input === null) return 'impossible'
    const job = jobOf(question)
    if (!job) return 'ready'
    if (isOpen(job)) return 'open'
    return job.state === 'done' ? 'answered' : job.state === 'failed' ? 'failed' : 'ready'
  }

  /** Starts or resumes the question's study; returns its id, or null. */
  async function ask({ id, input, studyId }: Question): Promise<number | null> {
    if (input === null) return null
    const study = studies.put(
      studyId === null ? await engine.studies.run(input) : await engine.studies.rerun({ id: studyId }),
    )
    questions.value = questions.value.map((q) => (q.id === id ? { ...q, studyId: study.id } : q))
    await jobs.load()
    return study.id
  }

  watch(
    () => workspace.path,
    () => {
      questions.value = []
      loaded.value = false
      error.value = null
    },
  )
  watchDebounced(
    () => [workspace.path, models.rows.length, datasets.loaded, datasets.rows.map((d) => d.state).join()],
    () => {
      stale.value = true
      if (wanted.value) void load()
    },
    { debounce: 300 },
  )

  const answered = computed(() => questions.value.filter((q) => stateOf(q) === 'answered').length)
  return {
    questions,
    loaded,
    indexing,
    error,
    answered,
    tourOpen,
    visited,
    visit,
    load,
    retry,
    ask,
    stateOf,
    jobOf,
  }
})
