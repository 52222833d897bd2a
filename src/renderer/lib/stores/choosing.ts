import { useLocalStorage } from '@vueuse/core'
import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import type { FileKind } from '#shared/fileKinds.ts'
import { useEngineStore } from './engine.ts'

/** What a person is asked for on the machine of the engine. */
export type Asked =
  | { wants: 'files'; kind: FileKind }
  | { wants: 'folder'; title: string }
  | { wants: 'save'; name: string }
  /** Nothing: the file is shown where it lies. */
  | { wants: 'look'; path: string }

/** What was chosen. `here`: it is to become a file of this computer instead. */
export type Chosen = { paths: string[] } | { here: true } | null

const mostRecent = 8

/** The open dialog on files of the engine's machine, and the folders that were last chosen there. */
export const useChoosingStore = defineStore('choosing', () => {
  const engineStore = useEngineStore()
  const asked = shallowRef<Asked | null>(null)
  /** Folders by machine, the newest first. */
  const recent = useLocalStorage<Record<string, string[]>>('kernelscope.farFolders', {})
  let answer: (chosen: Chosen) => void = () => undefined

  /** Opens the dialog. An earlier one is given up. */
  function ask(what: Asked): Promise<Chosen> {
    answer(null)
    const { promise, resolve } = Promise.withResolvers<Chosen>()
    answer = resolve
    asked.value = what
    return promise
  }

  function end(chosen: Chosen): void {
    asked.value = null
    answer(chosen)
    answer = () => undefined
  }

  const recentOf = (host: string): string[] => recent.value[host] ?? []
  function visited(host: string, folder: string): void {
    const others = recentOf(host).filter((known) => known !== folder)
    recent.value = { ...recent.value, [host]: [folder, ...others].slice(0, mostRecent) }
  }

  // A path of one machine means nothing on another.
  watch(
    () => engineStore.host,
    () => asked.value && end(null),
  )

  return { asked, ask, end, recentOf, visited }
})
