import { PickleEnds, unpickle, type Unpickled } from '../../../pickles/index.ts'
import { quoted, type Refuse } from '../refuse.ts'
import { allowed, storageOf } from './allowed.ts'
import type { PickledStorage } from './values.ts'

/** The value of a pickle, and all storages that it refers to, by their keys. */
export interface UnpickledWeights extends Unpickled {
  storages: ReadonlyMap<string, PickledStorage>
}

/**
 * Reads a pickle of torch.save. Tensors are `PickledTensor`, other objects `PickledObject`.
 *
 * @throws CHECKPOINT_CODE where it names what is not in the list of those that are allowed
 * @throws MODEL_MALFORMED where it is damaged
 * @throws PickleEnds where it goes on after the bytes
 */
export function unpickleWeights(bytes: Uint8Array, refuse: Refuse): UnpickledWeights {
  const storages = new Map<string, PickledStorage>()
  const read = unpickle(bytes, {
    allowed,
    persistent: (id) => {
      const storage = storageOf(id)
      storages.set(storage.key, storage)
      return storage
    },
    refuse: (name) =>
      refuse.code(
        `it asks for ${typeof name === 'number' ? `extension ${name} of Python` : quoted(name)}, which no weights need`,
      ),
    damaged: refuse.malformed,
  })
  return { ...read, storages }
}

/** Reads a pickle that must end within its bytes. Throws like `unpickleWeights`, and MODEL_TRUNCATED. */
export function unpickleWhole(bytes: Uint8Array, refuse: Refuse): unknown {
  try {
    return unpickleWeights(bytes, refuse).value
  } catch (error) {
    if (error instanceof PickleEnds) throw refuse.truncated('its pickle ends too early', error)
    throw error
  }
}
