import type { NamedTensors } from '../../build/index.ts'
import type { Answers, Found, Published } from '../family.ts'
import { preprocessingFor, type StatisticsName } from '../preprocessing.ts'
import { huggingFace, isTorchvision } from './namings.ts'
import type { ViT } from './config.ts'

const named: readonly StatisticsName[] = ['half', 'imagenet', 'clip']

/** The side is that of the position embeddings. */
export function vitPreprocessing({ config }: Found<ViT>, tensors: NamedTensors, answers: Answers): Published {
  const side = config.grid * config.patch
  if (isTorchvision(tensors.naming)) return torchvisionPreprocessing(side, config)
  const statistics = named.find((one) => one === answers.statistics) ?? 'half'
  if (tensors.naming === huggingFace && statistics === 'half')
    return {
      preprocessing: preprocessingFor(side, { crop: null, interpolation: 'bilinear', statistics }),
      source: "Hugging Face, preprocessor_config.json of Google's ViT",
    }
  const crop = side > 256 ? 1 : statistics === 'half' ? 0.9 : 0.875
  return {
    preprocessing: preprocessingFor(side, { crop, interpolation: 'bicubic', statistics }),
    source:
      statistics === 'half'
        ? 'timm, configuration of the augreg weights'
        : 'DeiT (datasets.py) and DINO (eval_linear.py): 224 of 256 pixels',
  }
}

/** At the larger sizes torchvision offers the SWAG weights, which take the whole shorter side. */
function torchvisionPreprocessing(side: number, { width, patch }: ViT): Published {
  const large = side > 256
  const crop = large ? 1 : width === 1024 && patch === 16 ? 224 / 242 : 0.875
  return {
    preprocessing: preprocessingFor(side, { crop, interpolation: large ? 'bicubic' : 'bilinear' }),
    source: `torchvision, transform of the ${large ? 'IMAGENET1K_SWAG_E2E_V1' : 'IMAGENET1K_V1'} weights`,
  }
}
