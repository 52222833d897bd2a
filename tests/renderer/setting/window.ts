import { vi } from 'vitest'
import type { Bridge } from '#shared/bridge.ts'

/** The globals that the renderer's modules need when they are loaded. Import this file before them. */
const bridge: Partial<Bridge> = {
  platform: 'linux',
  home: '/home/ada',
  connect: () => {},
  setProgress: () => {},
  notify: () => {},
  freeMemory: () => {},
  onEngineState: (callback) => {
    callback({ state: 'ready' })
    return () => {}
  },
}
vi.stubGlobal('window', { kernelscope: bridge, addEventListener: () => {} })
