import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { ImageRow } from '#shared/contract/index.ts'
import type { KernelscopeError } from '#shared/errors.ts'
import { KeysetPages } from '../datasets/pages.ts'
import { engine, toKernelscopeError } from '../engine/index.ts'
import type { CellRef } from './cell.ts'

export type FlipDirection = 'lost' | 'gained' | 'both' | 'mistakes' | 'surest' | 'unsurest'

/**
 * Images of one cell, by place: those whose outcome differs from the study's baseline, or all in order of confidence.
 * `total` is null until known; `compared` are the images the baseline was measured on too.
 */
export function useFlips(studyId: () => number, cell: () => CellRef, direction: () => FlipDirection) {
  const version = ref(0)
  const total = shallowRef<number | null>(null)
  const compared = shallowRef<number | null>(null)
  const error = shallowRef<KernelscopeError | null>(null)
  const pages = shallowRef(open())

  function open(): KeysetPages<ImageRow> {
    const { modelId, key } = cell()
    const input = { id: studyId(), modelId, key, direction: direction() }
    const own: KeysetPages<ImageRow> = new KeysetPages<ImageRow>({
      fetch: async (after, limit, signal) => {
        const page = await engine.studies.flips({ ...input, after, limit }, { signal })
        if (pages.value === own) {
          total.value = page.total
          compared.value = page.compared
        }
        return page
      },
      onChange: () => version.value++,
      onError: (thrown) => (error.value = toKernelscopeError(thrown)),
    })
    return own
  }

  watch(
    () => [studyId(), cell().modelId, cell().key, direction()],
    () => {
      pages.value.close()
      total.value = null
      error.value = null
      pages.value = open()
      pages.value.want(0, 1)
    },
  )
  pages.value.want(0, 1)
  onScopeDispose(() => pages.value.close())
  return { pages, version, total, compared, error }
}
