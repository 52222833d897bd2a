import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import type { ImageRow } from '#shared/contract/index.ts'
import { useWorkspaceStore } from '../../lib/stores/workspace.ts'

/**
 * The list an image was opened from, so that its page can go to the next one of the same list. It outlives the view that
 * showed it: `want` reads what the view had not.
 */
export interface BrowsedList {
  /** Where the list is shown. */
  address: string
  count: number
  row: (place: number) => ImageRow | undefined
  find: (id: number) => number | null
  want: (from: number, to: number) => void
}

export const useBrowseStore = defineStore('browse', () => {
  const list = shallowRef<BrowsedList | null>(null)
  /** Place that was opened last, to come back to. */
  const place = shallowRef<number | null>(null)

  function open(next: BrowsedList, at: number) {
    list.value = next
    place.value = at
  }

  const workspace = useWorkspaceStore()
  watch(
    () => workspace.path,
    () => {
      list.value = null
      place.value = null
    },
    { flush: 'sync' },
  )

  return { list, place, open }
})
