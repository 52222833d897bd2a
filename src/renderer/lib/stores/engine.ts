import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { EngineState } from '#shared/bridge.ts'
import { bridge } from '../bridge.ts'
import { link, listenForPorts } from '../engine/index.ts'

/** State of the engine process, and a number whose change makes every view load again. */
export const useEngineStore = defineStore('engine', () => {
  const state = shallowRef<EngineState>({ state: 'starting' })
  const connected = ref(link.connected)
  const generation = ref(0)

  /** The machine of the engine, where it is another one. */
  const host = computed(() => state.value.host ?? null)
  const ready = computed(() => connected.value && state.value.state === 'ready')

  /** Called once, before the app is mounted. */
  function start() {
    link.onChange((now) => {
      connected.value = now
      if (now) generation.value++
    })
    listenForPorts(window)
    bridge.onEngineState((next) => {
      state.value = next
      // Calls to an engine that only does not answer may still be answered.
      if (next.state === 'failed' || (next.state === 'down' && !next.busy)) link.detach()
    })
    bridge.connect()
  }

  /** Makes every view load again. */
  function refresh() {
    generation.value++
  }

  return { state, host, connected, ready, generation, start, refresh }
})
