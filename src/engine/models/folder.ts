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
  const isFile = (name: string) =>
    statSync(join(absolute, name), { throwIfNoEntry: false })?.isFile() === true
  const whole = repositoryFiles.find(isFile)
  if (whole !== undefined) return join(absolute, whole)
  const found = readdirSync(absolute)
    .filter((name) => looksLikeModel(name) && isFile(name))
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
