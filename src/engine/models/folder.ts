import { readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'

/** Files of a repository of Hugging Face that hold the whole network, the likeliest first. */
const repositoryFiles = [
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
  'onnx/model.onnx',
  'model.onnx',
]
const endings = /\.(onnx|safetensors|pth|pt|pth\.tar|ckpt|bin|npz)$/i

/** Places of a repository where its ONNX files lie. */
const onnxPlaces = ['', 'onnx']

/** Whether a name or a path ends like that of a model file. */
export const looksLikeModel = (name: string): boolean => endings.test(name)

/**
 * The model file that a path means: the file itself, or that of a folder with one model, such as a repository of Hugging Face.
 *
 * @throws FILE_MISSING where a folder has no model file
 * @throws USAGE where it has several
 */
export function modelFileAt(path: string): string {
  const absolute = resolve(path)
  if (!statSync(absolute, { throwIfNoEntry: false })?.isDirectory()) return absolute
  const whole = repositoryFiles.find((name) => isFile(absolute, name))
  if (whole !== undefined) return join(absolute, whole)
  const found = namesIn(absolute)
    .filter((name) => looksLikeModel(name) && isFile(absolute, name))
    .sort()
  const [only, ...others] = found
  if (only === undefined)
    throw new KernelscopeError('FILE_MISSING', `there is no model file in ${absolute}`, {
      hint: 'Choose an ONNX file, a checkpoint (safetensors, torch.save, npz) or a folder with one of them.',
    })
  if (others.length === 0) return join(absolute, only)
  throw new KernelscopeError(
    'USAGE',
    `${absolute} has ${found.length} model files: ${found.slice(0, 5).join(', ')}`,
    {
      hint: 'Choose one of them, or several by their names.',
    },
  )
}

/**
 * Other forms of the network that a folder means (`modelFileAt`): ONNX files of it in other precisions, as repositories of Hugging
 * Face hold them, by their paths. Empty for a file, and for a folder that is no such repository.
 */
export function otherForms(path: string): string[] {
  const absolute = resolve(path)
  const whole = repositoryFiles.find((name) => isFile(absolute, name))
  if (whole === undefined) return []
  return onnxPlaces.flatMap((place) =>
    namesIn(join(absolute, place))
      .map((name) => (place === '' ? name : `${place}/${name}`))
      .filter((name) => /\.onnx$/i.test(name) && name !== whole && isFile(absolute, name))
      .sort()
      .map((name) => join(absolute, name)),
  )
}

const isFile = (folder: string, name: string): boolean =>
  statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() === true

/** Names in a folder; none where there is no such folder. */
const namesIn = (folder: string): string[] =>
  statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(folder) : []
