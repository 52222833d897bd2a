import { vi } from 'vitest'
import type { Bridge } from '#shared/bridge.ts'

/** The window as the renderer's modules find it when they are loaded: import this before them. */
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
