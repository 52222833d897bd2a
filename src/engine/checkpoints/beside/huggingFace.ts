import { z } from 'zod'
import type { Preprocessing } from '#shared/contract/index.ts'
import { isOfBytes } from '#shared/statistics.ts'

/** `config.json` of Transformers, as far as it is used. Anything else in it is left out. */
const config = z.object({
  architectures: z.array(z.string()).min(1).optional().catch(undefined),
  model_type: z.string().optional().catch(undefined),
  image_size: z
    .union([z.int().positive(), z.array(z.int().positive()).length(2)])
    .optional()
    .catch(undefined),
  num_attention_heads: z.int().positive().optional().catch(undefined),
  layer_norm_eps: z.number().positive().optional().catch(undefined),
  id2label: z.record(z.string(), z.string()).optional().catch(undefined),
})

/** What a file beside a model says. */
export interface Said {
  architecture?: string
  imageSize?: number
  heads?: number
  layerNormEpsilon?: number
  labels?: string[]
  preprocessing?: Preprocessing
  /** Why it has a preprocessing that cannot be taken. */
  problem?: string
}

/** Reads `config.json` of Transformers. Labels are left out where they are only numbered. */
export function readConfig(value: unknown): Said {
  const read = config.safeParse(value).data
  if (!read) return {}
  const {
    architectures,
    image_size: size,
    num_attention_heads: heads,
    layer_norm_eps: epsilon,
    id2label,
  } = read
  const side = Array.isArray(size) ? (size[0] === size[1] ? size[0] : undefined) : size
  const labels = id2label && labelsOf(id2label)
  const architecture = architectures?.[0] ?? read.model_type
  return {
    ...(architecture === undefined ? {} : { architecture }),
    ...(side === undefined ? {} : { imageSize: side }),
    ...(heads === undefined ? {} : { heads }),
    ...(epsilon === undefined ? {} : { layerNormEpsilon: epsilon }),
    ...(labels ? { labels } : {}),
  }
}

/** Labels by index, without gaps; null where there are gaps, or where all are "LABEL_0", "LABEL_1", …. */
function labelsOf(named: Record<string, string>): string[] | null {
  const labels = Array.from({ length: Object.keys(named).length }, (_, index) => named[String(index)])
  const known = labels.filter((label) => label !== undefined)
  const numbered = known.every((label, index) => label === `LABEL_${index}`)
  return known.length === labels.length && !numbered ? known : null
}

const pair = z.object({ height: z.int().positive(), width: z.int().positive() })
const size = z.union([z.int().positive(), pair, z.object({ shortest_edge: z.int().positive() })])
const triple = z.tuple([z.number(), z.number(), z.number()])

/** `preprocessor_config.json` of Transformers; the names of old versions (`size` as a number) and new ones. */
const processor = z.object({
  image_processor_type: z.string().optional(),
  feature_extractor_type: z.string().optional(),
  do_resize: z.boolean().default(true),
  size: size.optional(),
  crop_pct: z.number().positive().max(1).nullish(),
  resample: z.int().optional(),
  do_center_crop: z.boolean().optional(),
  crop_size: z.union([z.int().positive(), pair]).optional(),
  do_rescale: z.boolean().default(true),
  rescale_factor: z
    .number()
    .positive()
    .default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: triple.optional(),
  image_std: triple.optional(),
})

type Processor = z.infer<typeof processor>

/** Filters of Pillow by their numbers there. */
const filters = new Map<number, Preprocessing['interpolation']>([
  [2, 'bilinear'],
  [3, 'bicubic'],
])

/** Side from which ConvNeXt's processor squashes images instead of cropping them. */
const squashedFrom = 384

/** Reads `preprocessor_config.json`. `problem` says what of it is not supported. */
export function readProcessor(value: unknown): Said {
  const { data } = processor.safeParse(value)
  if (!data) return { problem: 'it has not the form of Transformers' }
  const geometry = geometryOf(data)
  if (typeof geometry === 'string') return { problem: geometry }
  const interpolation = filters.get(data.resample ?? 2)
  const [first = 0] = geometry.size
  const imageSize = geometry.size[0] === geometry.size[1] ? { imageSize: first } : {}
  if (!interpolation)
    return { ...imageSize, problem: `its filter (resample ${data.resample}) is neither bilinear nor bicubic` }
  if (!data.do_rescale || Math.abs(data.rescale_factor * 255 - 1) > 1e-3)
    return { ...imageSize, problem: 'it does not divide pixels by 255' }
  const { image_mean: mean, image_std: std } = data.do_normalize
    ? data
    : { image_mean: [0, 0, 0] as const, image_std: [1, 1, 1] as const }
  if (!mean || !std || std.some((one) => one <= 0))
    return { ...imageSize, problem: 'it says no mean and deviation' }
  if (isOfBytes(mean)) return { ...imageSize, problem: 'its mean is of values from 0 to 255' }
  return { ...imageSize, preprocessing: { ...geometry, interpolation, mean: [...mean], std: [...std] } }
}

type Geometry = Pick<Preprocessing, 'size' | 'resize' | 'resizeTo'>

/** How images become the input; why not, where that is no resize of the shorter side, crop or squash. */
function geometryOf({ size, crop_pct: ratio, crop_size: crop, ...data }: Processor): Geometry | string {
  const kind = data.image_processor_type ?? data.feature_extractor_type ?? ''
  if (size === undefined) return 'it says no size'
  const cropped = data.do_center_crop ?? false
  if (/^ConvNe?Xt/i.test(kind)) {
    const side = typeof size === 'number' ? size : 'shortest_edge' in size ? size.shortest_edge : size.height
    if (side >= squashedFrom) return { size: [side, side], resize: 'squash', resizeTo: null }
    return { size: [side, side], resize: 'shorter', resizeTo: Math.floor(side / (ratio ?? 224 / 256)) }
  }
  const window = crop === undefined ? null : typeof crop === 'number' ? { height: crop, width: crop } : crop
  if (typeof size === 'object' && 'shortest_edge' in size) {
    if (!cropped || !window) return 'it resizes the shorter side without a crop'
    if (Math.max(window.height, window.width) > size.shortest_edge) return 'its crop is larger than the image'
    return { size: [window.height, window.width], resize: 'shorter', resizeTo: size.shortest_edge }
  }
  const whole = typeof size === 'number' ? { height: size, width: size } : size
  if (cropped && window && (window.height !== whole.height || window.width !== whole.width))
    return 'it squashes images and then crops them'
  return { size: [whole.height, whole.width], resize: data.do_resize ? 'squash' : 'none', resizeTo: null }
}
