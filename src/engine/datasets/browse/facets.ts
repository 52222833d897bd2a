import { errorCode, type FactOf, type ImageFacets, type ImageFilter } from '#shared/contract/index.ts'
import { agreementOf } from './agreementFacets.ts'
import { countsFor, entries, spread, tally } from './counts.ts'
import { match, type Shelf } from './match.ts'
import { modelFacetsOf } from './modelFacets.ts'

/** Counts of every facet under a filter; of facts those of `looks`. */
export function facetsOf(
  filter: ImageFilter,
  looks: readonly FactOf[],
  tags: readonly string[],
  shelf: Shelf,
): ImageFacets {
  const { images } = shelf
  const matched = match(filter, shelf)
  const count = (facet: string, test: (at: number) => boolean = () => true) => {
    const counts = countsFor(matched, facet)
    let found = 0
    for (let at = 0; at < images.n; at++) if (counts(at) && test(at)) found++
    return found
  }
  const byClass = tally(images.classIndex, 1, countsFor(matched, 'class'))
  const byPart = tally(images.part, 0, countsFor(matched, 'part'))
  const byProblem = tally(images.problem, 0, countsFor(matched, 'error'))
  const noted = shelf.noted()
  return {
    images: count(''),
    classes: entries(byClass.slice(1), (value) => value),
    unlabelled: byClass[0] ?? 0,
    parts: entries(byPart, (place) => images.parts[place] ?? '').filter(({ value }) => value !== ''),
    readable: byProblem[0] ?? 0,
    errors: entries(byProblem, (place) => errorCode.safeParse(images.problems[place]).data ?? null).flatMap(
      ({ value, n }) => (value === null ? [] : [{ value, n }]),
    ),
    tags: tags.map((value) => {
      const mask = shelf.tagged(value)
      // All tags of a filter must hold: another one narrows what they leave.
      return { value, n: count('', (at) => mask[at] === 1) }
    }),
    noted: count('noted', (at) => noted[at] === 1),
    width: spread(images.width, images.n, countsFor(matched, 'width')),
    height: spread(images.height, images.n, countsFor(matched, 'height')),
    bytes: spread(images.bytes, images.n, countsFor(matched, 'bytes')),
    models: looks.map((look) => modelFacetsOf(look, matched, shelf)),
    agreement: agreementOf(looks, matched, shelf),
  }
}
