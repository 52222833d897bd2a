import { InvalidArgumentError, Option, type Command } from 'commander'
import type { Preprocessing } from '#shared/contract/index.ts'

/** Options that change a preprocessing step by step. */
export interface PreprocessingFlags {
  preset?: string
  mean?: [number, number, number]
  std?: [number, number, number]
  resize?: 'none' | 'squash' | number
  crop?: [number, number]
  interpolation?: Preprocessing['interpolation']
}

/** A number, or a fraction such as 1/255. */
export function numberOf(text: string): number {
  const [above, below = '1', ...more] = text.split('/')
  const value = Number(above) / Number(below)
  if (above?.trim() && below.trim() && more.length === 0 && Number.isFinite(value)) return value
  throw new InvalidArgumentError('Give numbers such as 0.485 or 1/255.')
}

/** One number for all channels, or three. */
export function triple(text: string): [number, number, number] {
  const [a, b, c, ...more] = text.split(',').map(numberOf)
  if (a !== undefined && b === undefined) return [a, a, a]
  if (a !== undefined && b !== undefined && c !== undefined && more.length === 0) return [a, b, c]
  throw new InvalidArgumentError('Give one number, or three with commas: red, green, blue.')
}

function resize(text: string): 'none' | 'squash' | number {
  if (text === 'none' || text === 'squash') return text
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Give none, squash, or the length of the shorter side in pixels.')
}

function crop(text: string): [number, number] {
  const [height, width = height, ...more] = text.split('x').map(Number)
  if (Number.isInteger(height) && Number.isInteger(width) && height && width && more.length === 0)
    return [height, width]
  throw new InvalidArgumentError('Give the side in pixels, or HEIGHTxWIDTH.')
}

export const addPreprocessingOptions = (command: Command): Command =>
  command
    .option('--preset <id>', 'a known preprocessing, see "model presets"; other options change it')
    .option('--mean <values>', 'one number or three, of images in [0,1]', triple)
    .option('--std <values>', 'one number or three; 1/255 keeps values of 0 to 255', triple)
    .option('--resize <how>', 'none, squash, or the length of the shorter side in pixels', resize)
    .option('--crop <size>', 'side of the centre crop, or HEIGHTxWIDTH: the input of the model', crop)
    .addOption(new Option('--interpolation <name>', 'of the resize').choices(['bilinear', 'bicubic']))

/** Applies the options to a preprocessing; null where there is none of them. */
export function changedPreprocessing(
  before: Preprocessing,
  preset: Preprocessing | null,
  { mean, std, resize: how, crop: size, interpolation }: PreprocessingFlags,
): Preprocessing | null {
  if (!preset && !mean && !std && how === undefined && !size && !interpolation) return null
  const base = preset ?? before
  const shorter = typeof how === 'number'
  return {
    ...base,
    ...(mean ? { mean } : {}),
    ...(std ? { std } : {}),
    ...(size ? { size } : {}),
    ...(interpolation ? { interpolation } : {}),
    ...(how === undefined
      ? {}
      : { resize: shorter ? ('shorter' as const) : how, resizeTo: shorter ? how : null }),
  }
}
