import type { FactOf, ImageFacets } from '#shared/contract/index.ts'
import { factKey } from '#shared/factText.ts'
import { correct, missing, wrong } from './columns.ts'
import { countsFor, type Pause } from './counts.ts'
import type { Matched, FilterContext } from './match.ts'

type Agreement = NonNullable<ImageFacets['agreement']>

/** How far several models agree, image by image, and two by two; null for fewer than two. */
export async function agreementOf(
  shownFacts: readonly FactOf[],
  matched: Matched,
  shelf: FilterContext,
  pause: Pause,
): Promise<Agreement | null> {
  if (shownFacts.length < 2) return null
  await pause()
  const counts = countsFor(matched, 'disagreement')
  const views = shownFacts.map((shownFact) => ({ modelId: shownFact.modelId, facts: shelf.facts(shownFact) }))
  const found = {
    measured: 0,
    allCorrect: 0,
    allWrong: 0,
    mixed: 0,
    sameClass: 0,
    differentClass: 0,
    allDifferent: 0,
  }
  const seen = new Int32Array(views.length)
  for (let at = 0; at < shelf.images.n; at++) {
    if (!counts(at)) continue
    let [right, bad, different] = [0, 0, 0]
    let whole = true
    // No objects are made per image: there may be a million.
    for (let v = 0; v < views.length; v++) {
      const view = views[v]
      const state = view?.facts.state[at] ?? missing
      if (!view || state === missing) {
        whole = false
        break
      }
      if (state === correct) right++
      else if (state === wrong) bad++
      const own = shelf.sameClass(view.modelId, view.facts.predicted[at] ?? -1)
      let known = false
      for (let k = 0; k < different; k++) if (seen[k] === own) known = true
      if (!known) seen[different++] = own
    }
    if (!whole) continue
    found.measured++
    if (right === views.length) found.allCorrect++
    else if (bad === views.length) found.allWrong++
    else if (right + bad === views.length) found.mixed++
    if (different === 1) found.sameClass++
    else found.differentClass++
    if (different === views.length) found.allDifferent++
  }
  const pairs: Agreement['pairs'] = []
  for (let a = 0; a < shownFacts.length; a++)
    for (let b = a + 1; b < shownFacts.length; b++) {
      await pause()
      pairs.push(pairOf(shownFacts, a, b, matched, shelf))
    }
  return { modelIds: shownFacts.map(({ modelId }) => modelId), ...found, pairs }
}

/** Both models' outcome facets are left aside, so that all four fields can be seen. */
function pairOf(
  shownFacts: readonly FactOf[],
  a: number,
  b: number,
  matched: Matched,
  shelf: FilterContext,
): Agreement['pairs'][number] {
  const [one, two] = [shownFacts[a], shownFacts[b]]
  const found = { a, b, bothCorrect: 0, onlyA: 0, onlyB: 0, bothWrong: 0 }
  if (!one || !two) return found
  const { fails, failed, facets } = matched
  const places = [one, two].map((shownFact) => facets.indexOf(`outcome:${factKey(shownFact)}`))
  const [first, second] = [shelf.facts(one).state, shelf.facts(two).state]
  // Only the last part that fails is known: where both outcomes fail, the count of two says that nothing else does.
  const free = (at: number) =>
    fails[at] === 0 ||
    (fails[at] === 1 && places.includes(failed[at] ?? -1)) ||
    (fails[at] === 2 && places.every((place) => place >= 0) && failsBoth(at))
  const wantedOf = places.map((place) => matched.wanted[place] ?? -1)
  const failsBoth = (at: number) => first[at] !== wantedOf[0] && second[at] !== wantedOf[1]
  for (let at = 0; at < first.length; at++) {
    if (!free(at)) continue
    const [x, y] = [first[at], second[at]]
    if (x === correct && y === correct) found.bothCorrect++
    else if (x === correct && y === wrong) found.onlyA++
    else if (x === wrong && y === correct) found.onlyB++
    else if (x === wrong && y === wrong) found.bothWrong++
  }
  return found
}
