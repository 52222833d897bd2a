import { onScopeDispose, watch } from 'vue'
import { subscribe } from '../engine/index.ts'
import { useEngineStore } from './engine.ts'
import { useWorkspaceStore } from './workspace.ts'

/**
 * Keeps a list of the open workspace up to date by a stream of the engine, across restarts of the engine and other workspaces.
 * The list is loaded before the stream starts, because it would overwrite earlier events of the stream. A list that fails is
 * loaded again when the engine is back.
 *
 * @param forget empties the list, for another workspace
 */
export function useStream<T>({
  forget,
  load,
  events,
  take,
}: {
  forget: () => void
  load: () => Promise<void>
  events: (signal: AbortSignal) => Promise<AsyncIterable<T>>
  take: (event: T) => void
}): void {
  const workspace = useWorkspaceStore()
  const engine = useEngineStore()
  let stop = () => {}
  watch(
    () => [workspace.path, engine.generation] as const,
    ([path], before) => {
      if (path !== before?.[0]) forget()
      stop()
      if (path === null) return
      let left = false
      stop = () => (left = true)
      void load()
        .catch(() => {})
        .then(() => {
          if (!left) stop = subscribe(events, { onEvent: take })
        })
    },
    { immediate: true },
  )
  onScopeDispose(() => stop())
}
