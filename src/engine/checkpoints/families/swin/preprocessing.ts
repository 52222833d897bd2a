import type { NamedTensors } from '../../build/index.ts'
import type { Answers, Found, Published } from '../family.ts'
import { numberOf } from '../questions.ts'
import { preprocessingFor } from '../preprocessing.ts'
import type { Swin } from './config.ts'
import { huggingFace, timm, torchvision } from './namings.ts'

export function preprocessing({ size }: Found<Swin>, { naming }: NamedTensors, answers: Answers): Published {
  const side = numberOf(answers, 'side')
  if (naming === torchvision)
    return {
      preprocessing: preprocessingFor(side, {
        crop: 224 / (resizes.get(size ?? '') ?? 238),
        interpolation: 'bicubic',
      }),
      source: 'torchvision, transform of the IMAGENET1K_V1 weights',
    }
  if (naming === timm)
    return {
      preprocessing: preprocessingFor(side, { crop: side > 256 ? 1 : 0.9, interpolation: 'bicubic' }),
      source: 'timm, configuration of the ms_in1k weights',
    }
  const squashed = naming === huggingFace || side > 256
  return {
    preprocessing: preprocessingFor(side, { crop: squashed ? null : 0.875, interpolation: 'bicubic' }),
    source:
      naming === huggingFace
        ? "Hugging Face, preprocessor_config.json of Microsoft's weights"
        : 'Swin-Transformer, data/build.py: 224 of 256 pixels, whole images at 384',
  }
}

/** Length of the shorter side before torchvision's crop of 224 pixels. */
const resizes = new Map([
  ['Swin-T', 232],
  ['Swin-S', 246],
  ['Swin-B', 238],
])
