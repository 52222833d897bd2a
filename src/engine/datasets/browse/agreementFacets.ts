import type { FactOf, ImageFacets } from '#shared/contract/index.ts'
import { factKey } from '#shared/factText.ts'
import { correct, missing, wrong } from './columns.ts'
import { countsFor, type Pause } from './counts.ts'
import type { Matched, FilterContext } from './match.ts'

type Agreement = NonNullable<ImageFacets['agreement']>

/** Counts on how many images the models agree, all together and in pairs; null for fewer than two models. */
export async function agreementOf(
  shownFacts: readonly FactOf[],
  matched: Matched,
  context: FilterContext,
  pause: Pause,
): Promise<Agreement | null> {
  if (shownFacts.length < 2) return null
  await pause()
  const counts = countsFor(matched, 'disagreement')
  const views = shownFacts.map((shownFact) => ({
    modelId: shownFact.modelId,
    facts: context.facts(shownFact),
  }))
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
  for (let at = 0; at < context.images.n; at++) {
    if (!counts(at)) continue
    let [right, bad, different] = [0, 0, 0]
    let whole = true
    // There may be a million images, so the loop makes no objects.
    for (let v = 0; v < views.length; v++) {
      const view = views[v]
      const state = view?.facts.state[at] ?? missing
      if (!view || state === missing) {
        whole = false
        break
      }
      if (state === correct) right++
      else if (state === wrong) bad++
      const own = context.sameClass(view.modelId, view.facts.predicted[at] ?? -1)
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
      pairs.push(pairOf(shownFacts, a, b, matched, context))
    }
  return { modelIds: shownFacts.map(({ modelId }) => modelId), ...found, pairs }
}

/** Counts the four combinations of two models' outcomes. It ignores the filter's outcome facets of both models. */
function pairOf(
  shownFacts: readonly FactOf[],
  a: number,
  b: number,
  matched: Matched,
  context: FilterContext,
): Agreement['pairs'][number] {
  const [one, two] = [shownFacts[a], shownFacts[b]]
  const found = { a, b, bothCorrect: 0, onlyA: 0, onlyB: 0, bothWrong: 0 }
  if (!one || !two) return found
  const { fails, failed, facets } = matched
  const places = [one, two].map((shownFact) => facets.indexOf(`outcome:${factKey(shownFact)}`))
  const [first, second] = [context.facts(one).state, context.facts(two).state]
  // `failed` holds only the last failed constraint. Where both outcomes fail, two failures mean that no other fails.
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
