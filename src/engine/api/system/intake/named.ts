import { basename } from 'node:path'
import { looksLikeArchive, looksLikePackedTar } from '#shared/archiveFiles.ts'
import { looksLikeImage } from '#shared/imageFiles.ts'
import { withUserFile } from '../../../base/userFile.ts'

/** What a file can be taken as. weights: of a network that has no graph of its own. */
export type FileKind = 'onnx' | 'weights' | 'archive' | 'packed' | 'bundle' | null

/** Endings of files with weights. Some also belong to other files, so the first bytes are looked at, too. */
const weights = /\.(safetensors|pth|pt|pth\.tar|pt\.tar|ckpt|bin|npz)$/i

/** Parts of a network whose list is another file, e.g. `model-00001-of-00003.safetensors`. */
const shard = /-\d{5}-of-\d{5}\.(safetensors|bin)$/i

/** Whether a name is that of a part of a network whose list is another file. */
export const isShard = (name: string): boolean => shard.test(name)

/** Whether a name is that of a file that is looked at. Others are passed over without being opened. */
export const isOfInterest = (name: string): boolean =>
  /\.onnx$/i.test(name) ||
  /\.safetensors\.index\.json$|\.bin\.index\.json$/i.test(name) ||
  (weights.test(name) && !shard.test(name)) ||
  looksLikeArchive(name) ||
  looksLikePackedTar(name)

/**
 * What a file can be taken as, by its name and its first bytes; null for any other file.
 *
 * @throws FILE_MISSING, FILE_UNREADABLE where it cannot be read
 */
export async function fileKind(path: string): Promise<FileKind> {
  if (/\.onnx$/i.test(path)) return 'onnx'
  if (/\.(safetensors|bin)\.index\.json$/i.test(path)) return 'weights'
  if (looksLikePackedTar(path)) return 'packed'
  const { first, last } = await ends(path)
  if (weights.test(path) && isWeights(path, first)) return 'weights'
  if (!looksLikeArchive(path)) return null
  if (/\.zip$/i.test(path) && last.includes('workspace.sqlite')) return null
  // The list of a zip stands at its end, and the manifest of a bundle is its last file.
  return /\.zip$/i.test(path) && last.includes('bundle.json') ? 'bundle' : 'archive'
}

/** A zip or a pickle; safetensors begin with the length of a header in JSON. */
function isWeights(path: string, first: Buffer): boolean {
  if (/\.safetensors$/i.test(path)) return first[8] === 0x7b
  const isZip = first.subarray(0, 4).equals(Buffer.from('PK\x03\x04', 'latin1'))
  return isZip || (first[0] === 0x80 && !/\.npz$/i.test(path))
}

/** The first and the last bytes of a file. */
const ends = (path: string): Promise<{ first: Buffer; last: Buffer }> =>
  withUserFile(path, async (file) => {
    const { size } = await file.stat()
    const piece = async (length: number, from: number) => {
      const bytes = Buffer.alloc(length)
      const { bytesRead } = await file.read(bytes, 0, length, from)
      return bytes.subarray(0, bytesRead)
    }
    return { first: await piece(512, 0), last: await piece(4096, Math.max(0, size - 4096)) }
  })

/** The development kit of ILSVRC2012, which has the labels of its validation images. */
export const isDevkit = (path: string): boolean => /devkit/i.test(basename(path)) && looksLikePackedTar(path)

/** Whether a name is that of an image, a video, an array, a batch of CIFAR, or an archive. */
export const mayHoldImages = (name: string): boolean =>
  looksLikeImage(name) ||
  /\.(mp4|mkv|avi|webm|npy|bin)$|^test(_batch)?$/i.test(name) ||
  looksLikeArchive(name) ||
  looksLikePackedTar(name)

/** The archives that ImageNet-C and ImageNet-P are published in. */
const families = /^(noise|blur|weather|digital|extra)\.tar$/i

/** Whether archives of one folder are one dataset: numbered shards, tables, or the published parts of ImageNet-C. */
export function belongTogether(names: readonly string[]): boolean {
  if (names.every((name) => families.test(name)) || names.every((name) => /\.parquet$/i.test(name)))
    return true
  const stems = new Set(names.map((name) => name.replace(/[-_.]?\d+(-of-\d+)?(?=\.[a-z]+$)/i, '#')))
  return names.length > 1 && stems.size === 1 && [...stems][0]?.includes('#') === true
}

/** Whether a file is one that is read from beside a model or a dataset: weights, labels, notes. */
export const isCompanion = (path: string): boolean => /\.(json|txt|csv|data|md|ya?ml|py)$/i.test(path)

/** Why a file that was given by itself is not used. */
export function whyNot(path: string): string {
  if (looksLikeImage(path)) return 'An image by itself is no dataset: give its folder.'
  if (isCompanion(path)) return 'It is read from beside a model or a dataset, not by itself.'
  if (/\.zip$/i.test(path)) return 'It is an exported workspace: import it from the menu of workspaces.'
  if (weights.test(path)) return 'It is named like weights, but does not begin like a checkpoint.'
  return 'It is no model, dataset, bundle or workspace.'
}
