/** Variables that change what Node or Electron loads and runs, e.g. `NODE_OPTIONS=--require file`. */
const changesNode = /^(NODE_|ELECTRON_)/i

type Env = Record<string, string | undefined>

/**
 * Returns the environment of the engine: that of what starts it, without what would change its Node, and with what must be set
 * before ONNX Runtime is loaded.
 */
export const engineEnvironment = (from: Env): Env => ({
  ...Object.fromEntries(Object.entries(from).filter(([name]) => !changesNode.test(name))),
  // ONNX Runtime on CUDA would round to TF32.
  NVIDIA_TF32_OVERRIDE: '0',
  // Also set by the engine itself; here it holds whatever Node loads first.
  ORT_DISABLE_TELEMETRY: '1',
})
