import { errorCode, type FactOf, type ImageFacets, type ImageFilter } from '#shared/contract/index.ts'
import { agreementOf } from './agreementFacets.ts'
import { countsFor, entries, spread, tally, type Pause } from './counts.ts'
import { match, type FilterContext } from './match.ts'
import { modelFacetsOf } from './modelFacets.ts'

/** Counts the images of every facet under a filter. Facets of facts are counted for `shownFacts`. */
export async function facetsOf(
  filter: ImageFilter,
  shownFacts: readonly FactOf[],
  tags: readonly string[],
  context: FilterContext,
  pause: Pause,
): Promise<ImageFacets> {
  const { images } = context
  const matched = match(filter, context)
  const count = (facet: string, test: (at: number) => boolean = () => true) => {
    const counts = countsFor(matched, facet)
    let found = 0
    for (let at = 0; at < images.n; at++) if (counts(at) && test(at)) found++
    return found
  }
  await pause()
  const byClass = tally(images.classIndex, 1, countsFor(matched, 'class'))
  const byPart = tally(images.part, 0, countsFor(matched, 'part'))
  const byProblem = tally(images.problem, 0, countsFor(matched, 'error'))
  await pause()
  const noted = context.noted()
  const spreadOf = async (side: 'width' | 'height' | 'bytes') => {
    await pause()
    return spread(images[side], images.n, countsFor(matched, side))
  }
  const tagged: ImageFacets['tags'] = []
  for (const value of tags) {
    const mask = context.tagged(value)
    // An image must have all tags of a filter, so a further tag is counted among the images that pass.
    tagged.push({ value, n: count('', (at) => mask[at] === 1) })
    await pause()
  }
  const models: ImageFacets['models'] = []
  for (const shownFact of shownFacts) models.push(await modelFacetsOf(shownFact, matched, context, pause))
  return {
    images: count(''),
    classes: entries(byClass.slice(1), (value) => value),
    unlabelled: byClass[0] ?? 0,
    parts: entries(byPart, (place) => images.parts[place] ?? '').filter(({ value }) => value !== ''),
    readable: byProblem[0] ?? 0,
    errors: entries(byProblem, (place) => errorCode.safeParse(images.problems[place]).data ?? null).flatMap(
      ({ value, n }) => (value === null ? [] : [{ value, n }]),
    ),
    tags: tagged,
    noted: count('noted', (at) => noted[at] === 1),
    width: await spreadOf('width'),
    height: await spreadOf('height'),
    bytes: await spreadOf('bytes'),
    models,
    agreement: await agreementOf(shownFacts, matched, context, pause),
  }
}
