import type { NamedTensors } from '../../build/index.ts'
import type { Found, Hints, Question } from '../family.ts'
import { huggingFace, huggingFaceDistilled, isTorchvision } from './namings.ts'
import type { ViT } from './config.ts'

/** Heads of each published width. */
const usualHeads = new Map([
  [192, 3],
  [384, 6],
  [768, 12],
  [1024, 16],
  [1280, 16],
  [1536, 24],
])

/** Of a ViT, shapes say neither heads, nor epsilon, nor activation, nor the statistics of its images. */
export function vitQuestions({ config }: Found<ViT>, tensors: NamedTensors, hints: Hints): Question[] {
  const known = usualHeads.get(config.width)
  const asked = [epsilon(tensors, hints)]
  if (known === undefined || (hints.heads ?? known) !== known) asked.push(heads(config.width, hints))
  if (tensors.has('norm_pre.weight')) asked.push(activation)
  if (!isTorchvision(tensors.naming)) asked.push(statistics(tensors, hints))
  return asked
}

/** Heads of a layer: as answered, or the usual number for the width. */
export const headsOf = (width: number, answer: string | undefined): number =>
  answer === undefined ? (usualHeads.get(width) ?? 1) : Number(answer)

function heads(width: number, hints: Hints): Question {
  const divisors = Array.from({ length: width }, (_, index) => index + 1).filter((one) => width % one === 0)
  const wanted = hints.heads !== undefined && divisors.includes(hints.heads) ? hints.heads : undefined
  const usual = divisors.findLast((one) => width / one >= 64) ?? 1
  return {
    id: 'heads',
    title: 'Attention heads of a layer',
    hint: wanted
      ? 'The config beside the file says it.'
      : 'Shapes do not say it. Most networks have heads of 64 channels.',
    default: String(wanted ?? usual),
    choices: divisors.map((one) => ({ value: String(one), title: `${one} of ${width / one} channels` })),
    range: null,
  }
}

function epsilon({ naming }: NamedTensors, { layerNormEpsilon }: Hints): Question {
  const usual = naming === huggingFace || naming === huggingFaceDistilled ? '1e-12' : '1e-6'
  const values = ['1e-6', '1e-12', '1e-5']
  const hinted = layerNormEpsilon === undefined ? undefined : numeral(layerNormEpsilon, values)
  if (hinted !== undefined && !values.includes(hinted)) values.push(hinted)
  return {
    id: 'epsilon',
    title: 'Epsilon of layer norms',
    hint: hinted
      ? 'The config beside the file says it.'
      : `Networks with these names (${naming.by}) have ${usual}.`,
    default: hinted ?? usual,
    choices: values.map((value) => ({ value, title: value })),
    range: null,
  }
}

const numeral = (value: number, known: readonly string[]) =>
  known.find((one) => Number(one) === value) ?? String(value)

const activation: Question = {
  id: 'activation',
  title: 'Activation',
  hint: 'The network has the first norm of CLIP. Those of OpenAI have QuickGELU, most others GELU.',
  default: 'gelu',
  choices: [
    { value: 'gelu', title: 'GELU' },
    { value: 'quickGelu', title: 'QuickGELU' },
  ],
  range: null,
}

/** Trainings that used the statistics of ImageNet, by words in the names of files and architectures. */
const imagenetTrained = /deit|dino|mae|moco|ibot/i

function statistics(tensors: NamedTensors, { fileName = '', architecture = '' }: Hints): Question {
  const named = imagenetTrained.test(`${fileName} ${architecture}`)
  const built = ['dist_token', 'blocks.0.ls1.gamma', 'fc_norm.weight'].some((name) => tensors.has(name))
  const imagenet = named || built || !tensors.has('head.weight')
  return {
    id: 'statistics',
    title: 'Mean and standard deviation of images',
    hint: imagenet
      ? 'DeiT, DINO and MAE were trained with the statistics of ImageNet.'
      : "Google's ViT and timm's were trained with mean and deviation 0.5.",
    default: imagenet ? 'imagenet' : tensors.has('norm_pre.weight') ? 'clip' : 'half',
    choices: [
      { value: 'half', title: 'Mean and deviation 0.5' },
      { value: 'imagenet', title: 'ImageNet' },
      { value: 'clip', title: 'CLIP' },
    ],
    range: null,
  }
}
