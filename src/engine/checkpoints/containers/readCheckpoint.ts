import type { FileHandle } from 'node:fs/promises'
import { KernelscopeError } from '#shared/errors.ts'
import { withUserFile } from '../../base/userFile.ts'
import type { Checkpoint } from '../checkpoint.ts'
import { isNpz, readNpz } from './npz.ts'
import { isLegacy, readPytorchLegacy } from './pytorchLegacy.ts'
import { pickleFolder, readPytorchZip } from './pytorchZip.ts'
import { readAt } from './readAt.ts'
import { refuseFor, type Refuse } from './refuse.ts'
import { isSafetensors, readSafetensors } from './safetensors.ts'
import { isShardIndex, readShards } from './shards.ts'
import { zipEntries } from './zip.ts'

/** Bytes by which formats are told apart. */
const headBytes = 512

/** Which weights are taken from a file that has several. */
export interface CheckpointChoice {
  /** Key of a PyTorch checkpoint, such as "model_ema"; null: the likeliest. */
  part: string | null
}

/** Formats of checkpoints, as their first bytes tell. */
type Format = 'safetensors' | 'zip' | 'legacy' | 'shards' | 'tar' | 'pickle'

/** The format that a file begins as; null where it is no checkpoint. The content may still turn out to be damaged. */
export function checkpointFormat(head: Buffer): Format | null {
  if (head.length >= 4 && head.readUInt32LE(0) === 0x04034b50) return 'zip'
  if (isLegacy(head)) return 'legacy'
  if (isSafetensors(head)) return 'safetensors'
  if (isShardIndex(head)) return 'shards'
  if (head.subarray(257, 262).toString('latin1') === 'ustar') return 'tar'
  return head[0] === 0x80 && (head[1] ?? 0) >= 2 && (head[1] ?? 0) <= 5 ? 'pickle' : null
}

/** Whether a file begins as a checkpoint; not where it cannot be read. */
export const isCheckpoint = (path: string): Promise<boolean> =>
  withUserFile(path, async (file) => checkpointFormat(await readAt(file, 0, headBytes)) !== null).catch(
    (error: unknown) => {
      if (error instanceof KernelscopeError) return false
      throw error
    },
  )

/**
 * Reads what is known of a checkpoint without its weights: safetensors (one file, or the index of several), what torch.save
 * writes (a zip, before PyTorch 1.6 pickles and storages), and npz. Nothing of a pickle is run.
 *
 * @throws FILE_MISSING, FILE_UNREADABLE like `openUserFile`
 * @throws CHECKPOINT_CODE where a pickle wants more than tensors
 * @throws MODEL_TRUNCATED, MODEL_MALFORMED where it is damaged
 * @throws MODEL_UNSUPPORTED where it is of another format, or holds no weights
 */
export const readCheckpoint = (
  path: string,
  { part }: CheckpointChoice = { part: null },
): Promise<Checkpoint> => readFile(path, part, false)

const readFile = (path: string, part: string | null, shard: boolean): Promise<Checkpoint> =>
  withUserFile(path, async (file) => {
    const refuse = refuseFor(path)
    const { size } = await file.stat()
    if (size === 0) throw refuse.truncated('it is empty')
    switch (checkpointFormat(await readAt(file, 0, headBytes))) {
      case 'safetensors':
        return readSafetensors(path, file, size, refuse)
      case 'shards':
        if (shard) throw refuse.malformed('it is the index of files, and another index names it')
        return readShards(path, refuse, (one) => readFile(one, null, true))
      case 'legacy':
        return readPytorchLegacy(path, file, size, part, refuse)
      case 'zip':
        return readZip(path, file, size, part, refuse)
      case 'tar':
        throw refuse.unsupported('it is a tar archive: torch.save of 2016, or an archive to be unpacked')
      case 'pickle':
        throw refuse.unsupported('it is a pickle that torch.save did not write')
      case null:
        throw refuse.unsupported('it is no checkpoint: neither safetensors nor of torch.save nor npz')
    }
  })

async function readZip(
  path: string,
  file: FileHandle,
  size: number,
  part: string | null,
  refuse: Refuse,
): Promise<Checkpoint> {
  const entries = await zipEntries(file, size, refuse)
  const folder = pickleFolder(entries)
  if (folder !== null) return readPytorchZip(path, entries, folder, part, refuse)
  if (isNpz(entries)) return readNpz(path, entries, refuse)
  throw refuse.unsupported('the zip has neither a pickle of torch.save nor arrays of NumPy alone')
}
