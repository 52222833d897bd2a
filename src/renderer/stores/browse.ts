import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { ImageRow } from '#shared/contract/index.ts'

/** The list an image was opened from, so that its page can go to the next one of the same list. */
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

  return { list, place, open }
})
