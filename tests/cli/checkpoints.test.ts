import { expect, it } from 'vitest'
import type { CheckpointFacts } from '#shared/contract/index.ts'
import { choiceOf } from '../../src/cli/checkpointFlags.ts'
import { checkpointText } from '../../src/cli/checkpointText.ts'

const facts: CheckpointFacts = {
  container: 'pytorch-legacy',
  family: 'ResNet',
  size: 'ResNet-50',
  naming: 'timm',
  unwrapped: ['state_dict', 'module.'],
  otherParts: ['model_ema'],
  classes: 1000,
  questions: [
    {
      id: 'side',
      title: 'Side of the input in pixels',
      hint: 'The name of the file says it.',
      default: '224',
      answer: '288',
      choices: null,
      range: { least: 16, most: 2048, step: 1 },
    },
  ],
  choice: { part: null, answers: { side: '288' } },
  types: { float32: 3, bfloat16: 2 },
  leftOver: { count: 2, first: ['head.extra'] },
  bytes: { inPlace: 10, converted: 2048 },
  published: {
    preprocessing: {
      size: [224, 224],
      resize: 'shorter',
      resizeTo: 256,
      interpolation: 'bilinear',
      mean: [0, 0, 0],
      std: [1, 1, 1],
    },
    source: 'timm',
  },
}

it('says of a checkpoint what it was taken for, what was done with it, and what may be answered', () => {
  expect(checkpointText('net', facts).split('\n')).toEqual([
    'net: ResNet-50, by names and shapes of its tensors as timm names them; torch.save before PyTorch 1.6',
    '  taken off: state_dict, module.',
    '  weights of state_dict; there are others: model_ema (--part)',
    '  2 tensors of bfloat16, computed as float32',
    '  2.0 KiB of weights are converted',
    '  2 tensors are left over: head.extra, …',
    '  Side of the input in pixels: 288 (--answer side=…). The name of the file says it.',
    '',
  ])
})

it('says nothing of what is as one expects', () => {
  const plain = {
    ...facts,
    unwrapped: [],
    otherParts: [],
    questions: [],
    types: { float32: 3 },
    classes: null,
  }
  const text = checkpointText('net', {
    ...plain,
    leftOver: { count: 0, first: [] },
    bytes: { inPlace: 9, converted: 0 },
  })
  expect(text.split('\n').slice(1)).toEqual(['  it has no head: its outputs are features, not classes', ''])
})

it('reads answers', () => {
  expect(choiceOf({})).toEqual({})
  expect(choiceOf({ part: 'model_ema' })).toEqual({ choice: { part: 'model_ema', answers: {} } })
  expect(choiceOf({ answer: ['side=224', 'act=quick=gelu'] })).toEqual({
    choice: { part: null, answers: { side: '224', act: 'quick=gelu' } },
  })
  for (const text of ['side', '=4'])
    expect(() => choiceOf({ answer: [text] })).toThrow(expect.objectContaining({ code: 'USAGE' }))
})
