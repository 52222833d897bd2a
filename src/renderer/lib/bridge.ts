import type { Bridge } from '#shared/bridge.ts'

/** What the preload gives the page. */
export const bridge: Bridge = window.kernelscope

export const isMac = bridge.platform === 'darwin'
