import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { gramOf, hsic1, minibatchCka, type Gram } from '#shared/maths/cka.ts'

const matrix = z.array(z.array(z.number()))
const { toy } = z
  .object({ toy: z.object({ a: z.array(matrix), b: matrix, batch: z.int(), cka: matrix }) })
  .parse(
    JSON.parse(readFileSync(new URL('../../engine/studies/goldens/letter.json', import.meta.url), 'utf8')),
  )

/** The products of rows with each other. */
const gram = (rows: readonly (readonly number[])[]): Gram => ({
  images: rows.length,
  upper: rows.flatMap((a, at) =>
    rows.slice(at + 1).map((b) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)),
  ),
})

const inBatches = (layers: readonly (readonly (readonly number[])[])[]) =>
  [0, 1, 2].map((at) => layers.map((rows) => gram(rows.slice(at * toy.batch, (at + 1) * toy.batch))))

describe('minibatch CKA', () => {
  it('is that of numpy (tools/goldens/studies/letter.py)', () => {
    const found = minibatchCka(inBatches(toy.a), inBatches([toy.b]))
    expect(found.map((row) => row.map(({ value }) => value))).toHaveLength(2)
    toy.cka.forEach((row, i) =>
      row.forEach((wanted, j) => expect(found[i]?.[j]?.value).toBeCloseTo(wanted, 12)),
    )
  })

  it('of a layer with itself is 1, whatever is added to its features, and has no error then', () => {
    const moved = toy.b.map((row) => row.map((value) => value + 100))
    const [[same] = []] = minibatchCka(inBatches([toy.b]), inBatches([moved]))
    expect(same?.value).toBeCloseTo(1, 9)
    expect(same?.error).toBeCloseTo(0, 6)
  })

  it('has an error by leaving out each batch, and none with one batch', () => {
    const [a, b] = [inBatches([toy.a[0] ?? []]), inBatches([toy.b])]
    const without = [0, 1, 2].map((at) => {
      const left = <T>(batches: T[]) => batches.filter((_, place) => place !== at)
      return minibatchCka(left(a), left(b))[0]?.[0]?.value ?? Number.NaN
    })
    const mean = without.reduce((sum, value) => sum + value, 0) / 3
    const wanted = Math.sqrt((2 / 3) * without.reduce((sum, value) => sum + (value - mean) ** 2, 0))
    expect(minibatchCka(a, b)[0]?.[0]?.error).toBeCloseTo(wanted, 12)
    expect(minibatchCka(a.slice(0, 1), b.slice(0, 1))[0]?.[0]?.error).toBeNull()
  })
})

it('HSIC1 needs four images, and of some of a batch it is that of these alone', () => {
  const rows = toy.b.slice(0, 6)
  expect(hsic1(gram(rows.slice(0, 3)), gram(rows.slice(0, 3)))).toBeNaN()
  const kept = [0, 2, 3, 5]
  const own = gram(kept.map((at) => rows[at] ?? []))
  const some = gramOf(gram(rows), kept)
  expect(Array.from(some.upper)).toEqual(Array.from(own.upper))
  expect(hsic1(some, some)).toBeCloseTo(hsic1(own, own), 12)
})
