import { expect, it } from 'vitest'
import { recognisedIds, type Recognised } from '#shared/datasetKinds.ts'
import { datasetWords } from '../../../src/renderer/features/adding/words.ts'

const words = (recognised: Recognised, expected: number | null = null) =>
  datasetWords({ recognised, reason: '', classes: 200, first: [], parts: [], expected, remarks: [] })

it('the sheet calls published sets by their names', () => {
  expect(words('imagenet-a', 7500)).toBe('ImageNet-A, 200 classes, 7,500 images when complete')
  const names = recognisedIds.map((id) => words(id).split(',')[0])
  expect(names).toEqual([
    'Validation images of ImageNet',
    'ImageNet-A',
    'ImageNet-R',
    'ImageNet-O',
    'ImageNet-V2',
    'ImageNet-Sketch',
    'Stylized ImageNet',
    'ImageNet-E',
    'ImageNet-Hard',
    'ImageNet-C',
    'ImageNet-C-bar',
    'ImageNet-3DCC',
    'ImageNet-P',
    'ImageNet-9',
    'Cue conflict',
    'ObjectNet',
    'Conditions named by conditions.json',
    'CIFAR-10',
    'CIFAR-100',
    'CIFAR-10-C',
    'CIFAR-100-C',
    'Class folders',
    'Images with a list of labels',
    'Images without classes',
  ])
})
