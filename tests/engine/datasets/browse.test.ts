import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { imageFilter, type FactOf, type ImageFilter, type ImageOrder } from '#shared/contract/index.ts'
import { generator } from '#shared/random.ts'
import { answerer } from '#engine/datasets/browse/answer.ts'
import { Browser } from '#engine/datasets/browse/browser.ts'
import { openColumnCache, type ColumnCache } from '#engine/datasets/browse/columnCache.ts'
import { ColumnReader, type BrowseReferences } from '#engine/datasets/browse/columnReader.ts'
import { factKey } from '#shared/factText.ts'
import { createDatabase, type Db } from '#engine/workspace/database.ts'
import { FactBatch, factWriter } from '#engine/workspace/index.ts'
import { changeFacts } from '../../factRows.ts'

interface Fact {
  predicted: number
  correct: number | null
  rank: number | null
  confidence: number
  own: number | null
  second: number
}
interface Image {
  id: number
  name: string
  classIndex: number | null
  part: string | null
  bytes: number
  width: number
  height: number
  problem: string | null
  tags: string[]
  noted: boolean
  /** By "model:condition", in the form of `factKey`. */
  facts: Record<string, Fact>
}

const changed = { modelId: 1, changed: 'without-1-3' }
const shownFacts: FactOf[] = [{ modelId: 1 }, { modelId: 2 }, { modelId: 1, conditionId: 2 }, changed]
const variantOf = (shownFact: FactOf) => (shownFact.changed === undefined ? shownFact.modelId : 3)
const float = (value: number) => Math.fround(value)

const closing: (() => void)[] = []
afterAll(() => closing.reverse().forEach((close) => close()))

/** A database with one dataset of random images, and the same data as plain objects. */
function setUp(count = 400) {
  const folder = mkdtempSync(join(tmpdir(), 'kernelscope-test-'))
  closing.push(() => rmSync(folder, { recursive: true, force: true }))
  const db = createDatabase(join(folder, 'workspace.sqlite'))
  closing.push(() => db.close())
  db.exec(`INSERT INTO dataset (id, title, path, layout, recognised, state, added_at) VALUES (1, 'd', '/d', 'folders', 'folders', 'ready', 0);
    INSERT INTO condition (id, transform) VALUES (1, '{"op":"identity"}'), (2, 'blur');
    INSERT INTO variant (id, model_digest, key, used_at) VALUES (1, 'a', 'a', 0), (2, 'b', 'b', 0), (3, 'a', 'a changed', 0);
    INSERT INTO tag (id, name) VALUES (1, 'dark'), (2, 'blurry')`)
  const random = generator('browse', 1)
  const whole = (n: number) => Math.floor(random.uniform() * n)
  const make = db.transaction(() =>
    Array.from({ length: count }, (_, k): Image => {
      const unread = random.uniform() < 0.05
      const image: Image = {
        id: 3 * k + 1,
        name: `c${whole(9)}/picture_${k}.png`,
        classIndex: random.uniform() < 0.05 ? null : whole(6),
        part: random.uniform() < 0.1 ? null : `part${whole(3)}`,
        bytes: 100 + whole(1000),
        width: unread ? 0 : 10 + whole(100),
        height: unread ? 0 : 10 + whole(50),
        problem: unread ? '{"code":"IMAGE_UNREADABLE","message":"","hint":""}' : null,
        tags: [],
        noted: false,
        facts: {},
      }
      db.prepare('INSERT INTO image VALUES (?, 1, ?, ?, ?, NULL, ?, 0, ?, ?, ?, 1)').run(
        image.id,
        image.name,
        image.classIndex,
        image.part,
        image.bytes,
        image.width,
        image.height,
        image.problem,
      )
      if (!unread) addFacts(db, image, k, random)
      return image
    }),
  )
  const images = make()
  const keep = openColumnCache(join(folder, 'browse.sqlite'))
  closing.push(() => keep.close())
  return { db, images, ask: asker(db, keep), keep, folder }
}

function addFacts(db: Db, image: Image, k: number, random: ReturnType<typeof generator>) {
  const digest = Buffer.alloc(32, k + 1).fill(k >> 8, 0, 4)
  const example = 2 * k + 5
  db.prepare('INSERT INTO example VALUES (?, ?, ?)').run(example, digest, String(image.classIndex))
  db.prepare('UPDATE image SET example_id = ? WHERE id = ?').run(example, image.id)
  for (const [tag, name] of [
    [1, 'dark'],
    [2, 'blurry'],
  ] as const)
    if (random.uniform() < 0.2) {
      image.tags.push(name)
      db.prepare('INSERT INTO image_tag VALUES (?, ?)').run(tag, digest)
    }
  if (random.uniform() < 0.1) {
    image.noted = true
    db.prepare('INSERT INTO image_note VALUES (?, ?, 0)').run(digest, 'odd')
  }
  for (const shownFact of shownFacts) {
    if (random.uniform() < 0.1) continue
    const judged = random.uniform() < 0.9 && image.classIndex !== null
    const rank = 1 + Math.floor(random.uniform() * 9)
    const confidence = float(0.4 + 0.6 * random.uniform())
    const fact: Fact = {
      predicted: Math.floor(random.uniform() * 6),
      correct: judged ? Number(rank === 1) : null,
      rank: judged ? rank : null,
      confidence,
      own: judged ? (rank === 1 ? confidence : float(0.2 * random.uniform())) : null,
      second: float(0.3 * random.uniform()),
    }
    image.facts[factKey(shownFact)] = fact
    const batch = new FactBatch()
    batch.add(
      { variantId: variantOf(shownFact), conditionId: shownFact.conditionId ?? 1, exampleId: example },
      {
        predicted: fact.predicted,
        correct: fact.correct,
        trueRank: fact.rank,
        confidence,
        trueProbability: fact.own,
        trueLogit: null,
        count: 2,
        from: 0,
        classes: [fact.predicted, 0],
        probabilities: [confidence, fact.second],
      },
    )
    factWriter(db)(batch)
  }
}

const known = (more: Partial<BrowseReferences> = {}): BrowseReferences => ({
  settled: true,
  facts: Object.fromEntries(
    shownFacts.map((shownFact) => [
      factKey(shownFact),
      { variantId: variantOf(shownFact), conditionId: shownFact.conditionId ?? 1 },
    ]),
  ),
  classNumbers: {},
  subsets: {},
  ...more,
})

const inOrder: ImageOrder = { by: 'place', descending: false }

function asker(db: Db, keep: ColumnCache) {
  const answer = answerer(new ColumnReader(db, keep))
  return {
    answer,
    ids: async (filter: ImageFilter, order = inOrder, speaks = known()) => {
      const task = { datasetId: 1, known: speaks, filter, order, from: 0, after: null, limit: 10_000 }
      const page = await answer({ kind: 'page', ...task })
      return 'ids' in page ? [...page.ids] : []
    },
    facets: async (filter: ImageFilter) => {
      const facets = await answer({
        kind: 'facets',
        datasetId: 1,
        known: known(),
        filter,
        shownFacts,
        tags: ['dark', 'blurry'],
      })
      if (!('classes' in facets)) throw new Error('no facets')
      return facets
    },
  }
}

/** A second implementation of filters, image by image. */
function fits(filter: ImageFilter, image: Image): boolean {
  const fact = (of: FactOf) => image.facts[factKey(of)]
  const within = (
    value: number | null | undefined,
    { min, max }: { min?: number | undefined; max?: number | undefined },
  ) => value != null && value >= (min ?? -Infinity) && value <= (max ?? Infinity)
  const outcome = (of: FactOf) => {
    const found = fact(of)
    return !found ? 'missing' : found.correct === null ? 'unjudged' : found.correct ? 'correct' : 'wrong'
  }
  const trueMargin = (of: FactOf) => {
    const found = fact(of)
    if (found?.own == null) return null
    return found.own - (found.correct ? found.second : found.confidence)
  }
  const { disagreement: d } = filter
  const tests: boolean[] = [
    !filter.classes || (image.classIndex !== null && filter.classes.includes(image.classIndex)),
    !filter.parts || (image.part !== null && filter.parts.includes(image.part)),
    filter.readable === undefined || (image.problem === null) === filter.readable,
    !filter.errors || (image.problem !== null && filter.errors.includes('IMAGE_UNREADABLE')),
    !filter.search || image.name.includes(filter.search),
    ...(['width', 'height', 'bytes'] as const).map(
      (side) => !filter[side] || within(image[side], filter[side]),
    ),
    (filter.tags ?? []).every((tag) => image.tags.includes(tag)),
    filter.noted === undefined || image.noted === filter.noted,
    (filter.outcomes ?? []).every((of) => outcome(of) === of.outcome),
    (filter.confidence ?? []).every((of) => within(fact(of)?.confidence, of)),
    (filter.trueProbability ?? []).every((of) => within(fact(of)?.own, of)),
    (filter.margin ?? []).every((of) => {
      const found = fact(of)
      return found !== undefined && within(found.confidence - found.second, of)
    }),
    (filter.trueMargin ?? []).every((of) => within(trueMargin(of), of)),
    (filter.rank ?? []).every((of) => within(fact(of)?.rank, of)),
    (filter.predicted ?? []).every((of) => {
      const found = fact(of)
      return found !== undefined && of.classes.includes(found.predicted)
    }),
    (filter.flips ?? []).every(({ flip, ...of }) => {
      const [a, b] = [outcome({ modelId: of.modelId }), outcome(of)]
      const pair = `${a} ${b}`
      const meant = {
        lost: ['correct wrong'],
        gained: ['wrong correct'],
        both: ['correct wrong', 'wrong correct'],
        kept: ['correct correct'],
        never: ['wrong wrong'],
      }
      return meant[flip].includes(pair)
    }),
  ]
  if (d) {
    const all = d.modelIds.map((modelId) => ({
      modelId,
      ...(d.conditionId ? { conditionId: d.conditionId } : {}),
    }))
    const values = all.map((of) => (d.about === 'class' ? fact(of)?.predicted : outcome(of)))
    const whole = values.every((v) => v !== undefined && v !== 'missing' && v !== 'unjudged')
    const pairs = values.flatMap((a, i) => values.slice(i + 1).map((b) => a !== b))
    tests.push(whole && (d.how === 'all' ? pairs.every(Boolean) : pairs.some(Boolean)))
  }
  return tests.every(Boolean)
}

const filters: ImageFilter[] = [
  {},
  { classes: [1, 4] },
  { parts: ['part0', 'part2'] },
  { readable: false },
  { errors: ['IMAGE_UNREADABLE'] },
  { search: 'picture_1' },
  { width: { min: 40 }, height: { max: 30 }, bytes: { min: 200, max: 900 } },
  { tags: ['dark'] },
  { tags: ['dark', 'blurry'] },
  { noted: true },
  { noted: false },
  {
    outcomes: [
      { modelId: 1, outcome: 'correct' },
      { modelId: 2, outcome: 'wrong' },
    ],
  },
  { outcomes: [{ modelId: 1, outcome: 'missing' }] },
  { outcomes: [{ modelId: 1, conditionId: 2, outcome: 'unjudged' }] },
  { confidence: [{ modelId: 2, min: 0.5, max: 0.8 }] },
  { trueProbability: [{ modelId: 1, min: 0, max: 0.1 }] },
  { margin: [{ modelId: 1, min: 0.2, max: 0.5 }] },
  { trueMargin: [{ modelId: 1, min: -0.9, max: -0.4 }] },
  { rank: [{ modelId: 1, min: 2, max: 5 }] },
  { predicted: [{ modelId: 1, classes: [0, 3] }] },
  ...(['lost', 'gained', 'both', 'kept', 'never'] as const).map((flip): ImageFilter => ({
    flips: [{ modelId: 1, conditionId: 2, flip }],
  })),
  { flips: [{ ...changed, flip: 'lost' }] },
  {
    outcomes: [
      { modelId: 1, outcome: 'correct' },
      { ...changed, outcome: 'wrong' },
    ],
  },
  { predicted: [{ ...changed, classes: [0, 3] }], confidence: [{ ...changed, min: 0.5, max: 0.9 }] },
  ...(['outcome', 'class'] as const).flatMap((about) =>
    (['some', 'all'] as const).map((how): ImageFilter => ({
      disagreement: { modelIds: [1, 2], about, how },
    })),
  ),
  {
    classes: [0, 1, 2],
    parts: ['part1'],
    outcomes: [{ modelId: 1, outcome: 'wrong' }],
    confidence: [{ modelId: 1, min: 0.5, max: 1 }],
    width: { min: 20 },
  },
]

describe('confusion', () => {
  let shared: ReturnType<typeof setUp>
  beforeAll(() => void (shared = setUp()))

  it.each([
    {},
    { parts: ['part1'] },
    { confidence: [{ modelId: 2, min: 0.5, max: 0.9 }] },
  ] satisfies ImageFilter[])(
    'counts the predictions of each class under %o like a loop over the images',
    async (filter) => {
      const { images, ask } = shared
      for (const shownFact of shownFacts) {
        const counts = await ask.answer({
          kind: 'confusion',
          datasetId: 1,
          known: known(),
          filter,
          shownFact,
        })
        if (!('right' in counts)) throw new Error('no counts')
        const seen = images.flatMap((image) => {
          const fact = image.facts[factKey(shownFact)]
          if (!fact || image.classIndex === null || !fits(filter, image)) return []
          return [{ truth: image.classIndex, ...fact }]
        })
        const pairs = Map.groupBy(seen, ({ truth, predicted }) => `${truth} ${predicted}`)
        const found = Array.from(counts.truth, (truth, k) => [
          `${truth} ${counts.predicted[k]}`,
          counts.count[k],
        ])
        expect(Object.fromEntries(found)).toEqual(
          Object.fromEntries([...pairs].map(([pair, own]) => [pair, own.length])),
        )
        expect(counts.n).toBe(seen.length)
        expect(counts.correct).toBe(seen.filter(({ correct }) => correct === 1).length)
        for (const [truth, right] of counts.right)
          expect(right).toBe(seen.filter((own) => own.truth === truth && own.correct === 1).length)
      }
    },
  )
})

describe('a filter', () => {
  let shared: ReturnType<typeof setUp>
  beforeAll(() => void (shared = setUp()))

  it.each(filters.map((filter) => [JSON.stringify(filter), filter] as const))(
    '%s passes the same images as a loop over the images',
    async (_, filter) => {
      const { images, ask } = shared
      const found = await ask.ids(imageFilter.parse(filter))
      expect(found).toEqual(images.filter((image) => fits(filter, image)).map(({ id }) => id))
      if (Object.keys(filter).length > 0) expect(found.length).toBeLessThan(images.length)
      expect(found.length).toBeGreaterThan(0)
    },
  )

  it('includes facts, tags and images that were added after the first request', async () => {
    const { db, images, ask } = setUp(60)
    const filter: ImageFilter = { outcomes: [{ modelId: 1, outcome: 'wrong' }] }
    const before = await ask.ids(filter)
    const right = images.find((image) => image.facts['1:']?.correct === 1)
    changeFacts(
      db,
      'UPDATE fact SET correct = 0 WHERE variant_id = 1 AND condition_id = 1 AND example_id = (SELECT example_id FROM image WHERE id = ?)',
      right?.id ?? null,
    )
    expect(await ask.ids(filter)).toHaveLength(before.length + 1)
    db.prepare('DELETE FROM image WHERE id = ?').run(right?.id)
    expect(await ask.ids(filter)).toEqual(before)
    const dark = await ask.ids({ tags: ['dark'] })
    db.prepare('DELETE FROM image_tag WHERE tag_id = 1').run()
    expect(dark.length).toBeGreaterThan(0)
    expect(await ask.ids({ tags: ['dark'] })).toEqual([])
  })

  it('accepts a subset as a rule with exceptions, or as a list', async () => {
    const { images, ask } = setUp(80)
    const rule: ImageFilter = { classes: [1, 2] }
    const all = await ask.ids(rule)
    const speaks = known({
      subsets: {
        7: { filter: rule, ids: all.slice(0, 2) },
        8: { filter: null, ids: [4, 1, 99_999] },
        9: { filter: { subsetId: 7, parts: ['part1'] }, ids: [] },
      },
    })
    expect(await ask.ids({ subsetId: 7 }, inOrder, speaks)).toEqual(all.slice(2))
    expect(await ask.ids({ subsetId: 8 }, inOrder, speaks)).toEqual([1, 4])
    const nested = all.slice(2).filter((id) => images.find((image) => image.id === id)?.part === 'part1')
    expect(await ask.ids({ subsetId: 9 }, inOrder, speaks)).toEqual(nested)
  })
})

describe('the order of a list', () => {
  it('sorts by the facts of a model, with images without facts last', async () => {
    const { images, ask } = setUp(120)
    const value = (id: number) => images.find((image) => image.id === id)?.facts['1:']?.confidence
    for (const descending of [true, false]) {
      const ids = await ask.ids({}, { by: 'confidence', fact: { modelId: 1 }, descending })
      const values = ids.map(value)
      const seen = values.filter((v) => v !== undefined)
      expect(values.slice(seen.length).every((v) => v === undefined)).toBe(true)
      expect(seen).toEqual([...seen].sort((a, b) => (descending ? b - a : a - b)))
      expect(new Set(ids).size).toBe(120)
    }
  })

  it('is the same for the same seed, and another for another seed', async () => {
    const { images, ask } = setUp(120)
    const shuffled = (seed: number, filter: ImageFilter = {}) =>
      ask.ids(filter, { by: 'shuffled', seed, descending: false })
    const first = await shuffled(1)
    expect(await shuffled(1)).toEqual(first)
    expect([...first].sort((a, b) => a - b)).toEqual(images.map(({ id }) => id))
    // Of 120 images in any other order about one stands where it stood.
    for (const other of [await shuffled(2), await ask.ids({})])
      expect(first.filter((id, place) => other[place] === id).length).toBeLessThan(10)
    const some = await shuffled(1, { classes: [0, 1] })
    expect(some).toEqual(first.filter((id) => some.includes(id)))
  })

  it('comes with what a model says of each image', async () => {
    const { images, ask } = setUp(120)
    const task = {
      datasetId: 1,
      known: known(),
      filter: {},
      order: inOrder,
      from: 0,
      after: null,
      limit: 120,
    }
    const page = await ask.answer({ kind: 'page', ...task, shownFact: { modelId: 1 } })
    if (!('answers' in page)) throw new Error('no page')
    const wanted = images.map(({ facts }) => facts['1:'])
    expect(page.answers.map((answer) => answer === null)).toEqual(wanted.map((fact) => fact === undefined))
    page.answers.forEach((answer, at) => {
      if (answer) expect(answer.confidence).toBeCloseTo(wanted[at]?.confidence ?? -1, 6)
    })
    expect(page.answers.some((answer) => answer !== null)).toBe(true)
    expect((await ask.answer({ kind: 'page', ...task })) satisfies object).toMatchObject({ answers: [] })
  })

  it('gives the position of an image, and pages by position and by key', async () => {
    const { ask } = setUp(120)
    const order: ImageOrder = { by: 'bytes', descending: true }
    const filter: ImageFilter = { classes: [0, 1, 2, 3] }
    const ids = await ask.ids(filter, order)
    const over = { datasetId: 1, known: known(), filter, order }
    expect(await ask.answer({ kind: 'place', ...over, imageId: ids[7] ?? 0 })).toEqual({
      place: 7,
      previous: ids[6],
      next: ids[8],
      images: ids.length,
    })
    expect(await ask.answer({ kind: 'place', ...over, imageId: 2 })).toMatchObject({ place: null })
    const far = await ask.answer({ kind: 'page', ...over, from: 50, after: null, limit: 10 })
    expect(far).toMatchObject({ from: 50, images: ids.length, ids: Uint32Array.from(ids.slice(50, 60)) })
    const next = await ask.answer({ kind: 'page', ...over, from: 0, after: ids[59] ?? 0, limit: 10 })
    expect(next).toMatchObject({ from: 60, ids: Uint32Array.from(ids.slice(60, 70)) })
  })
})

describe('the counts of facets', () => {
  it('are those of the filter without that facet', async () => {
    const { images, ask } = setUp()
    const filter: ImageFilter = {
      classes: [0, 1, 2],
      outcomes: [{ modelId: 1, outcome: 'wrong' }],
      tags: ['dark'],
    }
    const facets = await ask.facets(filter)
    const count = (other: ImageFilter) => images.filter((image) => fits(other, image)).length
    expect(facets.images).toBe(count(filter))
    for (const { value, n } of facets.classes) expect(n).toBe(count({ ...filter, classes: [value] }))
    expect(facets.classes).toHaveLength(6)
    const { outcomes: _, ...free } = filter
    const [first, second] = facets.models
    for (const outcome of ['correct', 'wrong', 'unjudged', 'missing'] as const) {
      expect(first?.[outcome]).toBe(count({ ...free, outcomes: [{ modelId: 1, outcome }] }))
      expect(second?.[outcome]).toBe(
        count({ ...filter, outcomes: [...(filter.outcomes ?? []), { modelId: 2, outcome }] }),
      )
    }
    for (const { value, n } of facets.tags) expect(n).toBe(count({ ...filter, tags: ['dark', value] }))
    expect(facets.noted).toBe(count({ ...filter, noted: true }))
    for (const { value, n } of facets.parts) expect(n).toBe(count({ ...filter, parts: [value] }))
    expect(first?.rank.reduce((sum, { n }) => sum + n, 0)).toBe(
      count({ ...filter, rank: [{ modelId: 1, min: 1, max: 99 }] }),
    )
    expect(second?.confidence.bins.reduce((a, b) => a + b, 0)).toBe(second?.measured)
  })

  it('include the agreement of models, and the outcomes that a condition changes', async () => {
    const { images, ask } = setUp()
    const facets = await ask.facets({})
    const count = (filter: ImageFilter) => images.filter((image) => fits(filter, image)).length
    const flips = facets.models[2]?.flips
    for (const flip of ['lost', 'gained', 'kept', 'never'] as const)
      expect(flips?.[flip]).toBe(count({ flips: [{ modelId: 1, conditionId: 2, flip }] }))
    const own = facets.models.find((model) => model.changed === changed.changed)
    for (const flip of ['lost', 'gained', 'kept', 'never'] as const)
      expect(own?.flips?.[flip]).toBe(count({ flips: [{ ...changed, flip }] }))
    expect(own?.wrong).toBe(count({ outcomes: [{ ...changed, outcome: 'wrong' }] }))
    const all = images.filter((image) => shownFacts.every((shownFact) => image.facts[factKey(shownFact)]))
    const outcomes = (image: Image) => shownFacts.map((shownFact) => image.facts[factKey(shownFact)]?.correct)
    const two = await ask.facets({
      outcomes: [
        { modelId: 1, outcome: 'correct' },
        { modelId: 2, outcome: 'wrong' },
      ],
      classes: [0, 1],
    })
    const both = (a: 'correct' | 'wrong', b: 'correct' | 'wrong') =>
      count({
        outcomes: [
          { modelId: 1, outcome: a },
          { modelId: 2, outcome: b },
        ],
        classes: [0, 1],
      })
    expect(two.agreement?.pairs[0]).toEqual({
      a: 0,
      b: 1,
      bothCorrect: both('correct', 'correct'),
      onlyA: both('correct', 'wrong'),
      onlyB: both('wrong', 'correct'),
      bothWrong: both('wrong', 'wrong'),
    })
    expect(facets.agreement).toMatchObject({
      measured: all.length,
      allCorrect: all.filter((image) => outcomes(image).every((o) => o === 1)).length,
      allWrong: all.filter((image) => outcomes(image).every((o) => o === 0)).length,
    })
  })
})

describe('the browse thread', () => {
  const over = { datasetId: 1, known: known(), filter: {} }
  const page = { kind: 'page', ...over, order: inOrder, from: 0, after: null, limit: 10 } as const
  const facets = { kind: 'facets' as const, ...over, shownFacts, tags: ['dark', 'blurry'] }

  it('answers other requests while it counts facets, and gives the same counts', async () => {
    const { db, keep, folder } = setUp(200)
    const browser = new Browser(folder)
    const order: string[] = []
    const [counted, shown] = await Promise.all([
      browser.ask(facets).finally(() => order.push('facets')),
      browser.ask(page).finally(() => order.push('page')),
    ])
    await browser.close()
    expect(order).toEqual(['page', 'facets'])
    expect(shown.images).toBe(200)
    expect(counted).toEqual(await asker(db, keep).facets({}))
  })

  it('stops a cancelled count and goes on with the next request', async () => {
    const { folder } = setUp(200)
    const browser = new Browser(folder)
    const stop = new AbortController()
    const first = expect(browser.ask(facets, stop.signal)).rejects.toMatchObject({ code: 'CANCELLED' })
    const second = browser.ask(facets)
    stop.abort()
    await first
    expect((await second).images).toBe(200)
    // One that is being answered may still be done.
    const running = browser.ask(facets).catch(() => null)
    const waiting = expect(browser.ask(facets)).rejects.toMatchObject({ code: 'CANCELLED' })
    await browser.close()
    await Promise.all([running, waiting])
    await expect(browser.ask(page)).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})

describe('columns cached on disk', () => {
  it('are read back unchanged, and only for the version that they were read from', async () => {
    const { db, keep } = setUp(50)
    const { readImages, readFacts } = await import('#engine/datasets/browse/read.ts')
    const images = await readImages(db, 1)
    const facts = await readFacts(db, images, { variantId: 1, conditionId: 1 })
    keep.putImages(1, '5', images)
    keep.putFacts(1, '1:1', '5/3', facts)
    expect(keep.images(1, '5')).toEqual(images)
    expect(keep.facts(1, '1:1', '5/3')).toEqual(facts)
    expect(keep.images(1, '6')).toBeNull()
    expect(keep.facts(1, '1:1', '5/4')).toBeNull()
  })
})
