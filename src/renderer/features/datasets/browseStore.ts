import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import type { ImageRow } from '#shared/contract/index.ts'
import { useWorkspaceStore } from '../../lib/stores/workspace.ts'

/**
 * The list that an image was opened from. The image's page uses it to go to the next image of the list. It outlives the
 * view that showed it; `want` then loads the rows that the view had not.
 */
export interface BrowsedList {
  /** The address of the list. */
  address: string
  count: number
  row: (place: number) => ImageRow | undefined
  find: (id: number) => number | null
  want: (from: number, to: number) => void
}

export const useBrowseStore = defineStore('browse', () => {
  const list = shallowRef<BrowsedList | null>(null)
  /** The position that was opened last, so that a view can return to it. */
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
