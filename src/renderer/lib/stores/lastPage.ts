import { useLocalStorage } from '@vueuse/core'
import { defineStore } from 'pinia'

/** Workspaces whose last page is remembered. */
const most = 20

/** The address that was shown last in each workspace, by its path, newest first. */
export const useLastPageStore = defineStore('lastPage', () => {
  const addresses = useLocalStorage<[path: string, address: string][]>('kernelscope.lastPages', [])

  function remember(path: string, address: string): void {
    const others = addresses.value.filter(([other]) => other !== path)
    addresses.value = [[path, address] as [string, string], ...others].slice(0, most)
  }

  const of = (path: string) => addresses.value.find(([other]) => other === path)?.[1] ?? null

  /** The last page of a workspace whose folder was moved goes along. */
  function moved(from: string, to: string): void {
    const others = addresses.value.filter(([path]) => path !== to)
    addresses.value = others.map(([path, address]) => [path === from ? to : path, address])
  }

  return { addresses, remember, moved, of }
})
