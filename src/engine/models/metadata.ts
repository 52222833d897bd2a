import { z } from 'zod'
import { largestSide } from '../onnx/index.ts'
import { isOfBytes } from '#shared/statistics.ts'
import { preprocessing, type Preprocessing } from '#shared/contract/index.ts'

const triple = z.tuple([z.number(), z.number(), z.number()])

/** What timm calls the configuration of weights. */
const configuration = z.object({
  mean: triple,
  std: triple,
  interpolation: z.enum(['bilinear', 'bicubic']),
  crop_pct: z.number().positive().max(1),
  crop_mode: z.enum(['center', 'squash']).default('center'),
})

/** A preprocessing with the entry of the metadata that says it. */
export interface MetadataPreprocessing {
  entry: string
  preprocessing: Preprocessing
}

/**
 * Reads the preprocessing from the metadata of an ONNX file: the entry `preprocessing` in the form of a sidecar, or
 * timm's configuration, as the entry `pretrained_cfg` or entry by entry. null where none says it whole.
 *
 * @param size input size [height, width]
 */
export function metadataPreprocessing(
  metadata: Readonly<Record<string, string>>,
  size: [number, number],
): MetadataPreprocessing | null {
  const own = z.looseObject({}).safeParse(parsed(metadata['preprocessing']))
  const given = own.success ? possible({ size, resizeTo: null, ...own.data }) : undefined
  if (given) return { entry: 'preprocessing', preprocessing: given }
  const whole = configuration.safeParse(parsed(metadata['pretrained_cfg'])).data
  if (whole) return from('pretrained_cfg', whole, size)
  const single = configuration.safeParse(
    Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, parsed(value)])),
  ).data
  return single ? from('mean, std, crop_pct', single, size) : null
}

/** What the metadata says, where it is a preprocessing whose images are not too large to be made, of values from 0 to 1. */
function possible(said: object): Preprocessing | undefined {
  const found = preprocessing.safeParse(said).data
  const usable =
    found && Math.max(...found.size, found.resizeTo ?? 0) <= largestSide && !isOfBytes(found.mean)
  return usable ? found : undefined
}

/**
 * null for a centre crop of an input that is not square, because the metadata does not say which side counts; and for
 * numbers that no preprocessing has, such as a deviation of 0.
 */
function from(
  entry: string,
  configured: z.infer<typeof configuration>,
  size: [number, number],
): MetadataPreprocessing | null {
  if (configured.crop_mode === 'center' && size[0] !== size[1]) return null
  const found = possible(fromConfiguration(configured, size))
  return found ? { entry, preprocessing: found } : null
}

function fromConfiguration(
  { mean, std, interpolation, crop_pct: ratio, crop_mode: mode }: z.infer<typeof configuration>,
  size: [number, number],
): Preprocessing {
  const cropped = mode === 'center'
  return {
    size,
    resize: cropped ? 'shorter' : 'squash',
    resizeTo: cropped ? Math.floor(size[0] / ratio) : null,
    interpolation,
    mean,
    std,
  }
}

/** A value of the metadata: JSON, or a tuple as Python prints it; the text itself where it is neither. */
function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(/^\(.*\)$/s.test(text) ? `[${text.slice(1, -1)}]` : text)
  } catch {
    return text
  }
}
