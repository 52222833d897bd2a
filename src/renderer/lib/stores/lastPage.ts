import { useLocalStorage } from '@vueuse/core'
import { defineStore } from 'pinia'

/** Workspaces whose last page is remembered. */
const most = 20

/** The address that was shown last in each workspace, by its place (`workspace.place`), newest first. */
export const useLastPageStore = defineStore('lastPage', () => {
  const addresses = useLocalStorage<[place: string, address: string][]>('kernelscope.lastPages', [])

  function remember(place: string, address: string): void {
    const others = addresses.value.filter(([other]) => other !== place)
    addresses.value = [[place, address] as [string, string], ...others].slice(0, most)
  }

  const of = (place: string) => addresses.value.find(([other]) => other === place)?.[1] ?? null

  /** The last page of a workspace whose folder was moved goes along. */
  function moved(from: string, to: string): void {
    const others = addresses.value.filter(([place]) => place !== to)
    addresses.value = others.map(([place, address]) => [place === from ? to : place, address])
  }

  return { addresses, remember, moved, of }
})
