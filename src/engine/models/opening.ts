import type { Settings } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { providersFor, type ProviderChoice, type ProviderName } from '../inference/index.ts'
import type { Log } from '../base/log.ts'

export interface ClassifierSettings extends Pick<Settings, 'provider' | 'threads' | 'batch'> {}

/** Names the model where ONNX Runtime cannot open its graph: it names only the file that was made of it. */
export async function namingModel<T>(path: string, opening: Promise<T>): Promise<T> {
  try {
    return await opening
  } catch (error) {
    if (!(error instanceof KernelscopeError) || error.code !== 'MODEL_LOAD_FAILED') throw error
    const { code, message, hint, details } = error.toShape()
    throw new KernelscopeError(code, `${path}: ${message}`, {
      hint,
      cause: error,
      ...(details ? { details } : {}),
    })
  }
}

/**
 * Calls `open` with each provider to try, until one works. Logs the providers that did not.
 *
 * @throws PROVIDER_UNAVAILABLE where the provider of the settings is not available
 * @throws the error of the last provider where none works; CANCELLED at once
 */
export async function openWithFirst<T>(
  settings: ClassifierSettings,
  log: Log,
  open: (name: ProviderName) => Promise<T>,
): Promise<{ session: T; provider: ProviderChoice }> {
  const choices = providersFor(settings.provider)
  for (const [index, provider] of choices.entries()) {
    try {
      return { session: await open(provider.name), provider }
    } catch (error) {
      const cancelled = error instanceof KernelscopeError && error.code === 'CANCELLED'
      if (cancelled || index === choices.length - 1) throw error
      const problem = error instanceof KernelscopeError ? error.toShape() : undefined
      log.write('warning', `${provider.name} did not start, trying ${choices[index + 1]?.name}`, problem)
    }
  }
  throw new KernelscopeError('PROVIDER_UNAVAILABLE', 'no provider to try')
}
