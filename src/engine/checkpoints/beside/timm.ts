import { z } from 'zod'
import type { Said } from './huggingFace.ts'

const triple = z.tuple([z.number(), z.number(), z.number()])

/** `config.json` as timm writes it to the hub (timm/models/_hub.py): the architecture and its `pretrained_cfg`. */
const config = z.object({
  architecture: z.string(),
  label_names: z.array(z.string()).optional().catch(undefined),
  pretrained_cfg: z.object({
    input_size: z.tuple([z.int(), z.int().positive(), z.int().positive()]),
    interpolation: z.string(),
    crop_pct: z.number().positive().max(1),
    crop_mode: z.string().default('center'),
    mean: triple,
    std: triple.refine((values) => values.every((value) => value > 0)),
    label_names: z.array(z.string()).optional().catch(undefined),
  }),
})

/** Reads timm's `config.json`; null where it is another one. `problem` says what of the preprocessing is not supported. */
export function readTimmConfig(value: unknown): Said | null {
  const read = config.safeParse(value).data
  if (!read) return null
  const { architecture, pretrained_cfg: given } = read
  const [, height, width] = given.input_size
  const { interpolation, crop_mode: mode } = given
  const labels = read.label_names ?? given.label_names
  const said: Said = {
    architecture,
    ...(height === width ? { imageSize: height } : {}),
    ...(labels ? { labels } : {}),
  }
  if (interpolation !== 'bilinear' && interpolation !== 'bicubic')
    return {
      ...said,
      problem: `its filter is ${JSON.stringify(interpolation)}, neither bilinear nor bicubic`,
    }
  if (mode !== 'squash' && (mode !== 'center' || height !== width))
    return { ...said, problem: `its crop is ${JSON.stringify(mode)}` }
  const { mean, std, crop_pct: ratio } = given
  const cropped = mode === 'center'
  const geometry = cropped
    ? { resize: 'shorter' as const, resizeTo: Math.floor(height / ratio) }
    : { resize: 'squash' as const, resizeTo: null }
  return { ...said, preprocessing: { size: [height, width], ...geometry, interpolation, mean, std } }
}
