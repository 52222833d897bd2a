import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { ErrorShape } from '#shared/errors.ts'
import { engine, subscribe } from '../engine/index.ts'

export interface LogLine {
  time: number
  level: 'info' | 'warning' | 'error'
  text: string
  problem?: ErrorShape | undefined
}

const keep = 1000

/** The engine's log. It is followed while somebody views it. */
export const useLogStore = defineStore('log', () => {
  const lines = shallowRef<LogLine[]>([])

  function follow(): () => void {
    return subscribe(
      (signal) => {
        lines.value = []
        return engine.system.log(undefined, { signal })
      },
      { onEvent: (line) => (lines.value = [...lines.value, line].slice(-keep)), pause: 1000 },
    )
  }

  return { lines, follow }
})
