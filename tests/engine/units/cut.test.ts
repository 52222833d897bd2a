import { describe, expect, it } from 'vitest'
import { cutWork } from '#engine/units/cut.ts'
import { splitUnit, unitNamed, unitsOf, type PlanHead, type Unit } from '#engine/units/index.ts'

const digest = '0'.repeat(64)

/** The parts of a plan that units follow from: models of 3 conditions, the third over a smaller source. */
function head(
  models: { costs: number[]; how?: { images: boolean; conditions: boolean } }[],
  images: number,
  seconds: number,
): Pick<PlanHead, 'work' | 'sources' | 'parts'> {
  const source = (count: number) => ({
    datasetId: 1,
    chosen: false,
    part: null,
    classes: null,
    images: count,
    pieces: [],
  })
  return {
    sources: [source(images), source(Math.ceil(images / 2))],
    parts: [],
    work: models.map(({ costs, how = { images: true, conditions: true } }, at) => ({
      modelId: at + 1,
      title: `model ${at + 1}`,
      conditions: costs.map((_, place) => ({ key: String(place), source: place === 2 ? 1 : 0 })),
      conditionsApart: how.conditions,
      setup: digest,
      measured: true,
      ...cutWork(costs, images, seconds, how),
    })),
  }
}

/** Every pair of a condition and a place of its source, by model, with how often units cover it. */
function coverage({ work, sources }: ReturnType<typeof head>, units: readonly Unit[]) {
  const covered = new Map<string, number>()
  for (const { modelId, conditions, images } of units)
    for (let condition = conditions[0]; condition < conditions[1]; condition++) {
      const of = work[modelId - 1]?.conditions[condition]?.source ?? 0
      for (let place = images[0]; place < Math.min(images[1], sources[of]?.images ?? 0); place++) {
        const key = `${modelId} ${condition} ${place}`
        covered.set(key, (covered.get(key) ?? 0) + 1)
      }
    }
  return covered
}

describe('units', () => {
  it.each([
    [100, 60],
    [7, 1000],
    [1000, 20],
    [33, 0.1],
  ])('cover every image under every condition once, for %i images and %f seconds', (images, seconds) => {
    const plan = head([{ costs: [0.1, 0.3, 0.2] }, { costs: [1, 2, 3] }], images, seconds)
    const units = unitsOf(plan)
    const covered = coverage(plan, units)
    expect(covered.size).toBe(2 * (2 * images + Math.ceil(images / 2)))
    expect(new Set(covered.values())).toEqual(new Set([1]))
    expect(units.reduce((sum, { answers }) => sum + answers, 0)).toBe(covered.size)
    expect(units.map(({ name }) => name)).toEqual(units.map((_, at) => String(at + 1)))
  })

  it('take about as long as asked, and no longer than half as much again', () => {
    const units = unitsOf(head([{ costs: [0.1, 0.3, 0.2] }], 5000, 60))
    expect(units).toHaveLength(50)
    for (const { seconds } of units) expect(seconds).toBeCloseTo(60)
    const slow = unitsOf(head([{ costs: [4, 5, 6] }], 64, 200))
    expect(Math.max(...slow.map(({ seconds }) => seconds))).toBeLessThan(300)
    expect(new Set(slow.map(({ conditions }) => conditions.join())).size).toBe(3)
  })

  it('come image range by image range, of all models', () => {
    const units = unitsOf(head([{ costs: [1] }, { costs: [2] }], 100, 50))
    const firsts = units.map(({ images }) => images[0])
    expect(firsts).toEqual(firsts.toSorted((a, b) => a - b))
    expect(units.slice(0, 2).map(({ modelId }) => modelId)).toEqual([1, 2])
  })

  it('are not cut where images belong together', () => {
    const [unit, ...others] = unitsOf(
      head([{ costs: [5], how: { images: false, conditions: false } }], 100, 50),
    )
    expect([unit?.images, others]).toEqual([[0, 100], []])
    expect(
      unit && splitUnit(head([{ costs: [5], how: { images: false, conditions: false } }], 100, 50), unit),
    ).toBe(null)
  })
})

describe('halves', () => {
  it('cover what the unit covers, down to one image under one condition, and are found by their names', () => {
    const plan = head([{ costs: [1, 1, 1] }], 10, 3600)
    const [whole] = unitsOf(plan)
    if (!whole) throw new Error('no unit')
    const ends: Unit[] = []
    const divide = (unit: Unit) => {
      const halves = splitUnit(plan, unit)
      if (halves) halves.forEach(divide)
      else if (unit.answers > 0) ends.push(unit)
      expect(unitNamed(plan, unit.name)).toEqual(unit)
    }
    divide(whole)
    expect(
      ends.every(
        ({ images, conditions }) => images[1] - images[0] === 1 && conditions[1] - conditions[0] === 1,
      ),
    ).toBe(true)
    expect(coverage(plan, ends)).toEqual(coverage(plan, [whole]))
  })

  it.each(['0', '2', '1c', '', '01', '-1', '1aaaaaaaaaaa'])('there is no unit "%s"', (name) => {
    expect(unitNamed(head([{ costs: [1] }], 10, 3600), name)).toBe(null)
  })
})
