import { expect, it } from 'vitest'
import { resampledShares } from '#engine/studies/benchmarks/shared/resampled.ts'
import { countedPlanes, resamples } from '#engine/metrics/index.ts'
import { generator } from '#shared/random.ts'

it.each([1, 7, 1023, 1024, 70_000])(
  'shares on resamples of %i pictures are those of counting one by one',
  (pictures) => {
    const random = generator('flags', pictures)
    const cell = (rate: number) =>
      Uint8Array.from({ length: pictures }, () => Number(random.uniform() < rate))
    const wrong = new Map([
      ['all', new Uint8Array(pictures).fill(1)],
      ['none', new Uint8Array(pictures)],
      ...[0.1, 0.5, 0.9, 0.3, 0.99].map((rate): [string, Uint8Array] => [String(rate), cell(rate)]),
    ])
    const shares = resampledShares({ pictures, wrong })
    const counted = countedPlanes(pictures)
    // All draws of one picture give the largest sum.
    for (const indices of [...resamples(pictures, 0, 3), new Uint32Array(pictures).fill(pictures - 1)])
      expect(shares(counted(indices))).toEqual(
        new Map(
          [...wrong].map(([key, flags]) => [
            key,
            indices.reduce((sum, index) => sum + (flags[index] ?? 0), 0) / indices.length,
          ]),
        ),
      )
  },
)
