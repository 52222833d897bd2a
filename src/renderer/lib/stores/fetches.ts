import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { FarFile, FetchProgress } from '#shared/bridge.ts'
import { fromErrorShape } from '#shared/errors.ts'
import { bridge } from '../bridge.ts'
import { engine } from '../engine/index.ts'

/** A file, and its size. */
export interface Written {
  path: string
  bytes: number
}

/** The fetch of files from the engine's machine that runs. */
export const useFetchesStore = defineStore('fetches', () => {
  const running = shallowRef<{ names: string[]; bytes: number; done: FetchProgress } | null>(null)

  /**
   * Fetches files to where the person chooses.
   *
   * @returns the files on this computer; null where the person chose no place or stopped it
   * @throws any code of the engine or of this computer
   */
  async function fetch(paths: readonly string[]): Promise<Written[] | null> {
    const offers: FarFile[] = []
    for (const path of paths) offers.push(await engine.files.offer({ path }))
    const bytes = offers.reduce((sum, offer) => sum + offer.bytes, 0)
    const end = bridge.onFetchProgress((done) => {
      running.value = { names: offers.map(({ name }) => name), bytes, done }
    })
    try {
      const fetched = await bridge.fetchFiles(offers)
      if (fetched?.problem?.code === 'CANCELLED') return null
      if (fetched?.problem) throw fromErrorShape(fetched.problem)
      return fetched?.files ?? null
    } finally {
      end()
      running.value = null
    }
  }

  return { running, fetch, stop: () => bridge.stopFetch() }
})
