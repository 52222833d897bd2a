import { shallowReactive } from 'vue'
import type { Inspection, Model } from '#shared/contract/index.ts'
import { engine } from '../../lib/engine/index.ts'
import { useResource } from '../../lib/useResource.ts'

/** Inspections by file digest, shared by the tabs. The content of a file never changes. */
const known = shallowReactive(new Map<string, Inspection>())

export function useInspection(model: () => Model) {
  return useResource(
    async (signal) => {
      const { id, digest } = model()
      const found = known.get(digest) ?? (await engine.models.inspect({ id }, { signal }))
      known.set(digest, found)
      return found
    },
    { on: [() => model().digest], fresh: true },
  )
}
