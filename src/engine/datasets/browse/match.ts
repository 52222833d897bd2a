import type { FactOf, Flip, ImageFilter, ImageSelection, Outcome } from '#shared/contract/index.ts'
import { ofUnchangedModel, factKey } from '#shared/factText.ts'
import {
  correct,
  marginAt,
  missing,
  placeOf,
  trueMarginAt,
  unjudged,
  wrong,
  type FactColumns,
  type ImageColumns,
} from './columns.ts'

/** Data to match a filter: columns, and masks of the images with a tag, a note or a part of a name. */
export interface FilterContext {
  images: ImageColumns
  facts(of: FactOf): FactColumns
  /** Number of a predicted class, equal for the same class of different models. */
  sameClass(modelId: number, predicted: number): number
  tagged(tag: string): Uint8Array
  noted(): Uint8Array
  named(piece: string): Uint8Array
  subset(id: number): ImageSelection
}

type Test = (at: number) => boolean

/** One constraint of a filter, and the facet that it belongs to. */
interface Constraint {
  facet: string
  test: Test
  /** For an outcome: the state that the facts must have. */
  wanted?: number
}

/** For each image: the number of constraints that it fails, and the last of them as index in `facets`. */
export interface Matched {
  fails: Uint8Array
  failed: Uint8Array
  facets: string[]
  /** For each of `facets`: the state that an outcome requires. */
  wanted: (number | undefined)[]
}

/** Matches every image against every constraint of a filter. */
export function match(filter: ImageFilter, context: FilterContext): Matched {
  const { n } = context.images
  const fails = new Uint8Array(n)
  const failed = new Uint8Array(n)
  const facets: string[] = []
  const wanted: (number | undefined)[] = []
  for (const { facet, test, wanted: state } of constraintsOf(filter, context)) {
    const known = facets.indexOf(facet)
    const place = known < 0 ? facets.push(facet) - 1 : known
    wanted[place] = state
    for (let at = 0; at < n; at++) {
      if (test(at)) continue
      // Two constraints of one facet count as one, because ignoring the facet ignores both.
      if (fails[at] !== 1 || failed[at] !== place || known < 0) fails[at] = (fails[at] ?? 0) + 1
      failed[at] = place
    }
  }
  return { fails, failed, facets, wanted }
}

/** Positions of the images that pass, in the order of the index. */
export function passing({ fails }: Pick<Matched, 'fails'>): Uint32Array {
  let count = 0
  for (const value of fails) if (value === 0) count++
  const places = new Uint32Array(count)
  let k = 0
  for (let at = 0; at < fails.length; at++) if (fails[at] === 0) places[k++] = at
  return places
}

/** A mask over all images: 1 for the images of a selection. */
export function selected({ filter, ids }: ImageSelection, context: FilterContext): Uint8Array {
  const { n, id } = context.images
  const mask = new Uint8Array(n)
  if (filter !== null) {
    const { fails } = match(filter, context)
    for (let at = 0; at < n; at++) mask[at] = fails[at] === 0 ? 1 : 0
  }
  for (const own of ids) {
    const at = placeOf(id, own)
    if (at >= 0) mask[at] = filter === null ? 1 : 0
  }
  return mask
}

function constraintsOf(filter: ImageFilter, context: FilterContext): Constraint[] {
  const { disagreement, flips, subsetId } = filter
  return [
    ...ofImages(filter, context),
    ...ofFacts(filter, context),
    ...(flips ?? []).map((of) => {
      const test = flipTest(context.facts(ofUnchangedModel(of)), context.facts(of), of.flip)
      return { facet: `flips:${factKey(of)}`, test }
    }),
    ...(disagreement ? [{ facet: 'disagreement', test: disagreementTest(disagreement, context) }] : []),
    ...(subsetId === undefined
      ? []
      : [{ facet: 'subset', test: inMask(selected(context.subset(subsetId), context)) }]),
  ]
}

const inMask =
  (mask: Uint8Array): Test =>
  (at) =>
    mask[at] === 1

function ofImages(filter: ImageFilter, context: FilterContext): Constraint[] {
  const { images } = context
  const found: Constraint[] = []
  const add = (facet: string, test: Test) => found.push({ facet, test })
  if (filter.classes) {
    const wanted = new Set(filter.classes)
    add('class', (at) => wanted.has(images.classIndex[at] ?? -1))
  }
  if (filter.parts) {
    const wanted = placesOf(images.parts, filter.parts)
    add('part', (at) => wanted[images.part[at] ?? 0] === 1)
  }
  if (filter.readable !== undefined) {
    const want = filter.readable
    add('error', (at) => (images.problem[at] === 0) === want)
  }
  if (filter.errors) {
    const wanted = placesOf(images.problems, filter.errors)
    add('error', (at) => wanted[images.problem[at] ?? 0] === 1)
  }
  for (const side of ['width', 'height', 'bytes'] as const) {
    const range = filter[side]
    if (!range) continue
    const [column, min, max] = [images[side], range.min ?? 0, range.max ?? Infinity]
    add(side, (at) => (column[at] ?? 0) >= min && (column[at] ?? 0) <= max)
  }
  if (filter.search) add('search', inMask(context.named(filter.search)))
  for (const tag of filter.tags ?? []) add('tag', inMask(context.tagged(tag)))
  if (filter.noted !== undefined) {
    const [mask, want] = [context.noted(), filter.noted ? 1 : 0]
    add('noted', (at) => mask[at] === want)
  }
  return found
}

/** A mask over `names`: 1 for the wanted names. */
function placesOf(names: readonly string[], wanted: readonly string[]): Uint8Array {
  const places = new Uint8Array(names.length)
  for (const name of wanted) {
    const place = names.indexOf(name, 1)
    if (place > 0) places[place] = 1
  }
  return places
}

export const outcomeState: Record<Outcome, number> = { correct, wrong, unjudged, missing }

function ofFacts(filter: ImageFilter, context: FilterContext): Constraint[] {
  const found: Constraint[] = []
  const add = (name: string, of: FactOf, test: Test) => found.push({ facet: `${name}:${factKey(of)}`, test })
  for (const of of filter.outcomes ?? []) {
    const [{ state }, wanted] = [context.facts(of), outcomeState[of.outcome]]
    found.push({ facet: `outcome:${factKey(of)}`, test: (at) => state[at] === wanted, wanted })
  }
  for (const name of ['confidence', 'trueProbability'] as const) {
    for (const of of filter[name] ?? []) {
      const column = context.facts(of)[name]
      add(name, of, (at) => (column[at] ?? -1) >= Math.max(0, of.min) && (column[at] ?? -1) <= of.max)
    }
  }
  for (const [name, read] of [
    ['margin', marginAt],
    ['trueMargin', trueMarginAt],
  ] as const) {
    for (const of of filter[name] ?? []) {
      const facts = context.facts(of)
      add(name, of, (at) => read(facts, at) >= of.min && read(facts, at) <= of.max)
    }
  }
  for (const of of filter.rank ?? []) {
    const { rank } = context.facts(of)
    add('rank', of, (at) => (rank[at] ?? 0) >= of.min && (rank[at] ?? 0) <= of.max)
  }
  for (const of of filter.predicted ?? []) {
    const [{ predicted, state }, wanted] = [context.facts(of), new Set(of.classes)]
    add('predicted', of, (at) => state[at] !== missing && wanted.has(predicted[at] ?? -1))
  }
  return found
}

/** How the outcome of an image changes; null where one of the two predictions is missing or cannot be judged. */
export function flipOf(before: FactColumns, after: FactColumns, at: number): Exclude<Flip, 'both'> | null {
  const [a, b] = [before.state[at], after.state[at]]
  if (a === correct) return b === correct ? 'kept' : b === wrong ? 'lost' : null
  if (a !== wrong) return null
  return b === correct ? 'gained' : b === wrong ? 'never' : null
}

function flipTest(before: FactColumns, after: FactColumns, flip: Flip): Test {
  if (flip !== 'both') return (at) => flipOf(before, after, at) === flip
  return (at) => {
    const found = flipOf(before, after, at)
    return found === 'lost' || found === 'gained'
  }
}

type Disagreement = NonNullable<ImageFilter['disagreement']>

function disagreementTest({ modelIds, about, how, conditionId }: Disagreement, context: FilterContext): Test {
  const views = modelIds.map((modelId) => {
    const facts = context.facts(conditionId === undefined ? { modelId } : { modelId, conditionId })
    return { modelId, facts }
  })
  const valueOf = (view: (typeof views)[number], at: number): number =>
    about === 'outcome'
      ? (view.facts.state[at] ?? 0)
      : context.sameClass(view.modelId, view.facts.predicted[at] ?? -1)
  const seen = new Int32Array(views.length)
  return (at) => {
    let different = 0
    for (const view of views) {
      const state = view.facts.state[at]
      if (state === missing || (about === 'outcome' && state === unjudged)) return false
      const own = valueOf(view, at)
      let known = false
      for (let k = 0; k < different; k++) if (seen[k] === own) known = true
      if (!known) seen[different++] = own
    }
    return how === 'all' ? different === views.length : different > 1
  }
}
