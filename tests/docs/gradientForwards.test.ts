import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { forwardsOfFamilies } from '#engine/studies/measure/gradientForwards.ts'

/** How the table of docs/performance.md calls the nets of a family. */
const names: Record<string, RegExp> = {
  RepLKNet: /^RepLKNet-/,
  ConvNeXt: /^ConvNeXt-/,
  ViT: /^(ViT-|DINO's ViT)/,
  Swin: /^Swin-/,
  BiT: /^BiT-/,
  ResNet: /^ResNet-/,
  EfficientNet: /^EfficientNet-/,
  MobileNet: /^MobileNet/,
  DenseNet: /^DenseNet-/,
  RegNet: /^RegNet/,
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

it('the cost of a gradient is the median of what was measured of the nets of a family', () => {
  const text = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8')
  const [, after = ''] = text.split('## The backward pass')
  const [section = ''] = after.split('\n## ')
  const rows = [...section.matchAll(/^\| (.+?) *\|.*\| ([\d.]+)(?: \*)? *\|$/gm)].map(
    ([, net = '', forwards]) => ({ net, forwards: Number(forwards) }),
  )
  expect(rows.length).toBeGreaterThan(15)
  const found = Object.entries(names).map(([family, name]) => {
    const measured = rows.filter(({ net }) => name.test(net)).map(({ forwards }) => forwards)
    return [family, Math.round(100 * median(measured)) / 100]
  })
  expect(Object.entries(forwardsOfFamilies)).toEqual(found)
})
