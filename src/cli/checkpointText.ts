import type { CheckpointFacts } from '#shared/contract/index.ts'
import { formatBytes } from './format.ts'

const containers: Record<CheckpointFacts['container'], string> = {
  safetensors: 'safetensors',
  'pytorch-zip': 'torch.save',
  'pytorch-legacy': 'torch.save before PyTorch 1.6',
  npz: 'NumPy arrays (npz)',
}

/** Element types other than float32, with the number of their tensors. */
const reducedTypes = ({ types }: CheckpointFacts): string =>
  Object.entries(types)
    .filter(([type]) => type !== 'float32')
    .map(([type, count]) => `${count} tensors of ${type}`)
    .join(', ')

/** What a checkpoint was taken for and why. */
export const checkpointLine = ({ container, family, size, naming }: CheckpointFacts): string =>
  `${size ?? family}, by names and shapes of its tensors as ${naming} names them; ${containers[container]}`

/** What a checkpoint was taken for and why, what is left over, and what may be answered otherwise; one line each. */
export function checkpointText(title: string, facts: CheckpointFacts): string {
  const { unwrapped, otherParts, choice, classes, leftOver, questions, bytes } = facts
  const reduced = reducedTypes(facts)
  const lines = [
    `${title}: ${checkpointLine(facts)}`,
    ...(unwrapped.length > 0 ? [`taken off: ${unwrapped.join(', ')}`] : []),
    ...(otherParts.length > 0
      ? [
          `weights of ${choice.part ?? unwrapped[0] ?? 'the file'}; there are others: ${otherParts.join(', ')} (--part)`,
        ]
      : []),
    ...(classes === null ? ['it has no head: its outputs are features, not classes'] : []),
    ...(reduced ? [`${reduced}, computed as float32`] : []),
    ...(bytes.converted > 0 ? [`${formatBytes(bytes.converted)} of weights are converted`] : []),
    ...(leftOver.count > 0
      ? [
          `${leftOver.count} tensors are left over: ${leftOver.first.join(', ')}${leftOver.count > leftOver.first.length ? ', …' : ''}`,
        ]
      : []),
    ...questions.map(
      ({ id, title: asked, answer, hint, choices }) =>
        `${asked}: ${answer} (--answer ${id}=…${choices ? `, one of ${choices.map(({ value }) => value).join(', ')}` : ''}). ${hint}`,
    ),
  ]
  return `${lines.join('\n  ')}\n`
}
