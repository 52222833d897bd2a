import { computed, type ComputedRef } from 'vue'
import { bridge } from '../../lib/bridge.ts'
import { useSettingsStore } from '../../lib/stores/settings.ts'

/** What this app runs on, as pairs of name and version. The engine's are missing until it has answered. */
export function useVersions(): ComputedRef<(readonly [name: string, version: string])[]> {
  const settings = useSettingsStore()
  return computed(() => {
    const { versions } = settings
    const { electron, chromium } = bridge.versions
    return [
      ...(versions ? [['Kernelscope', versions.kernelscope] as const] : []),
      ['Electron', electron],
      ['Chromium', chromium],
      ...(versions
        ? ([
            ['Node', versions.node],
            ['ONNX Runtime', versions.onnxruntime],
            ['SQLite', versions.sqlite],
          ] as const)
        : []),
    ]
  })
}
