import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { listSupportedBackends } from 'onnxruntime-node'
import type { Provider, ProviderState } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { ProviderName } from './protocol.ts'

// Not called `require`: the bundler defines that name.
const load = createRequire(import.meta.url)
const packageFile = load.resolve('onnxruntime-node/package.json')

const libraryNames: Partial<Record<NodeJS.Platform, (name: string) => string>> = {
  linux: (name) => `libonnxruntime_providers_${name}.so`,
  win32: (name) => `onnxruntime_providers_${name}.dll`,
}

function hasProviderLibrary(name: string): boolean {
  const library = libraryNames[process.platform]?.(name)
  if (library === undefined) return false
  const root = join(dirname(packageFile), 'bin')
  return ['napi-v3', 'napi-v6', 'napi-v7'].some((api) =>
    existsSync(join(root, api, process.platform, process.arch, library)),
  )
}

const hasNvidiaDriver = () =>
  existsSync('/proc/driver/nvidia/version') || existsSync('C:\\Windows\\System32\\nvcuda.dll')

/**
 * Whether each execution provider is available, and the reason. Checks libraries and drivers only: a provider may still
 * fail when a session is opened with it.
 */
export function providerStates(): ProviderState[] {
  const compiled = new Set(listSupportedBackends().map(({ name }) => name))
  const nvidia = (name: 'cuda' | 'tensorrt'): ProviderState => {
    const missing = [
      ...(compiled.has(name)
        ? []
        : [`this build of ONNX Runtime has no ${name} support on ${process.platform}`]),
      ...(hasProviderLibrary(name) ? [] : ['its library is not installed (npm run setup:cuda)']),
      ...(hasNvidiaDriver() ? [] : ['no NVIDIA driver was found']),
    ]
    return {
      name,
      available: missing.length === 0,
      reason: missing.join('; ') || 'library and driver are there',
    }
  }
  const webgpu = compiled.has('webgpu')
  return [
    { name: 'cpu', available: true, reason: 'always there' },
    nvidia('cuda'),
    nvidia('tensorrt'),
    {
      name: 'webgpu',
      available: webgpu,
      reason: webgpu
        ? 'built in; needs a Vulkan, Metal or Direct3D 12 driver'
        : 'not in this build of ONNX Runtime',
    },
  ]
}

export interface ProviderChoice {
  name: ProviderName
  /** Why this provider was chosen, for the log and the job's note. */
  reason: string
}

/**
 * Providers to try, in order. `auto` tries CUDA where it is available, then the CPU. A named provider is never replaced by
 * another one.
 *
 * @throws PROVIDER_UNAVAILABLE where the named provider is not available
 */
export function providersFor(wanted: Provider, states = providerStates()): ProviderChoice[] {
  const cuda = states.find(({ name }) => name === 'cuda')
  if (wanted === 'auto') {
    if (cuda?.available)
      return [
        { name: 'cuda', reason: 'automatic choice' },
        { name: 'cpu', reason: 'CUDA could not be started' },
      ]
    return [{ name: 'cpu', reason: `automatic choice; no CUDA: ${cuda?.reason ?? 'unknown'}` }]
  }
  const state = states.find(({ name }) => name === wanted)
  if (!state?.available)
    throw new KernelscopeError(
      'PROVIDER_UNAVAILABLE',
      `the provider ${wanted} is not available: ${state?.reason ?? 'unknown'}`,
    )
  return [{ name: wanted, reason: 'chosen in the settings' }]
}
