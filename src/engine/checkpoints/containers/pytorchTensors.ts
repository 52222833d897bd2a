import type { Checkpoint, StoredTensor } from '../checkpoint.ts'
import type { PickledStorage } from './pickle/values.ts'
import { weightsIn } from './pickle/weights.ts'
import { withoutPrefixes } from './prefixes.ts'
import { quoted, type Refuse } from './refuse.ts'
import { bytesOf, placed, type Storage } from './tensors.ts'

/**
 * Places the tensors of a pickle in the storages of its file.
 *
 * @param storage where a storage lies, by its key
 * @throws MODEL_MALFORMED where a storage is smaller than the pickle says, or a tensor reaches beyond it
 * @throws MODEL_UNSUPPORTED where there are no weights, or none under `part`
 */
export async function pickledTensors(
  root: unknown,
  part: string | null,
  storage: (of: PickledStorage) => Promise<Storage> | Storage,
  refuse: Refuse,
): Promise<Pick<Checkpoint, 'tensors' | 'unwrapped' | 'metadata'>> {
  const found = weightsIn(root, part, refuse)
  const { entries, prefixes } = withoutPrefixes(found.tensors)
  const storages = new Map<string, Storage>()
  const tensors = new Map<string, StoredTensor>()
  for (const [name, { storage: of, type, offset, shape, strides }] of entries) {
    const lies = storages.get(of.key) ?? (await storage(of))
    storages.set(of.key, lies)
    const width = bytesOf[of.type ?? 'uint8']
    if ((of.offset + of.elements) * width > lies.bytes)
      throw refuse.malformed(
        `storage ${quoted(of.key)} has ${lies.bytes} bytes, not the ${(of.offset + of.elements) * width} of its pickle`,
      )
    const at = of.offset * width + offset * bytesOf[type]
    tensors.set(name, placed({ name, type, shape, strides, at }, lies, refuse))
  }
  return { tensors, unwrapped: [...found.unwrapped, ...prefixes], metadata: found.metadata }
}
