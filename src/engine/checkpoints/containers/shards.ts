import { dirname, join } from 'node:path'
import { z } from 'zod'
import { readUserText } from '../../base/userFile.ts'
import type { Checkpoint, StoredTensor } from '../checkpoint.ts'
import { withoutPrefixes } from './prefixes.ts'
import { quoted, type Refuse } from './refuse.ts'

const index = z.object({ weight_map: z.record(z.string(), z.string()) })

/** Most files of one checkpoint. */
const mostShards = 1000

/** Whether a file may be the index of several files: JSON with the key that names them, or that of their sizes. */
export const isShardIndex = (head: Buffer): boolean => {
  const text = head.toString('utf8')
  return /^\s*\{\s*"(?:metadata|weight_map)"/.test(text)
}

/**
 * Reads a checkpoint of several files by its index, `model.safetensors.index.json`. The files lie in its folder.
 *
 * @throws MODEL_MALFORMED where the index names a file outside its folder, or a tensor that its file has not
 * @throws the errors of `read`
 */
export async function readShards(
  path: string,
  refuse: Refuse,
  read: (shard: string) => Promise<Checkpoint>,
): Promise<Checkpoint> {
  const map = await weightMap(path, refuse)
  const names = [...new Set(Object.values(map))].sort()
  if (names.length === 0 || names.length > mostShards)
    throw refuse.malformed(`its index names ${names.length} files`)
  const shards = new Map<string, Checkpoint>()
  for (const name of names) {
    if (/[/\\\0]|^\.*$/.test(name))
      throw refuse.malformed(`its index names a file outside its folder: ${quoted(name)}`)
    shards.set(name, await read(join(dirname(path), name)))
  }
  const found = new Map<string, StoredTensor>()
  for (const [name, shard] of Object.entries(map)) {
    const checkpoint = shards.get(shard)
    const tensor = checkpoint?.tensors.get(withoutPrefix(name, checkpoint.unwrapped))
    if (!tensor) throw refuse.malformed(`tensor ${quoted(name)} is not in ${quoted(shard)}`)
    found.set(name, tensor)
  }
  const { entries: tensors, prefixes } = withoutPrefixes(found)
  for (const [name, lies] of tensors) tensors.set(name, { ...lies, name })
  const all = [...shards.values()]
  return {
    container: all[0]?.container ?? 'safetensors',
    files: [path, ...all.flatMap(({ files }) => files)],
    tensors,
    unwrapped: prefixes,
    metadata: new Map(all.flatMap(({ metadata }) => [...metadata])),
  }
}

async function weightMap(path: string, refuse: Refuse): Promise<Record<string, string>> {
  let value: unknown
  try {
    value = JSON.parse(await readUserText(path))
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw refuse.malformed('its index is not JSON', cause)
  }
  const read = index.safeParse(value)
  if (!read.success) throw refuse.malformed('its index has no weight_map of names and files')
  return read.data.weight_map
}

/** A name as its shard has it after its prefixes were taken off. */
function withoutPrefix(name: string, prefixes: readonly string[]): string {
  let rest = name
  for (const prefix of prefixes) if (rest.startsWith(prefix)) rest = rest.slice(prefix.length)
  return rest
}
