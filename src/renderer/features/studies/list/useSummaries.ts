import { onScopeDispose, shallowRef, watch } from 'vue'
import type { Study, StudySummary } from '#shared/contract/index.ts'
import { engine } from '../../../lib/engine/index.ts'

/**
 * How much of each study is stored and the number that stands for it, by id; null where that cannot be read. They are read
 * one after another, the newest study first, and again when a job of the study ends. Leaving the view ends the reading.
 */
export function useSummaries(studies: () => readonly Study[]) {
  const summaries = shallowRef<ReadonlyMap<number, StudySummary | null>>(new Map())
  const states = new Map<number, string>()
  let controller = new AbortController()

  async function read(): Promise<void> {
    controller.abort()
    const { signal } = (controller = new AbortController())
    const rows = [...studies()].sort((a, b) => b.createdAt - a.createdAt)
    for (const { id, job, modelIds } of rows) {
      const state = JSON.stringify([job?.id, job?.state, modelIds])
      if (states.get(id) === state) continue
      const found = await engine.studies.summary({ id }, { signal }).catch(() => null)
      if (signal.aborted) return
      states.set(id, state)
      summaries.value = new Map(summaries.value).set(id, found)
    }
  }

  watch(studies, read, { immediate: true })
  onScopeDispose(() => controller.abort())
  return summaries
}
