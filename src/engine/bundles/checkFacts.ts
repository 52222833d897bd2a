import { startsAtImage, type Attack } from '#shared/attacks.ts'
import type { Transform } from '#shared/transform.ts'
import type { Draws, PixelTransform } from '#shared/transforms/index.ts'
import type { StoredModel } from '../models/index.ts'
import { attackAgain, recompute, transferAgain, type Recomputed } from '../studies/index.ts'
import type { Workspace } from '../workspace/index.ts'
import { replaysDraws, transformOf } from './conditions.ts'
import { fileDigest } from './find.ts'
import type { BundledModel, BundledVariant, Manifest } from './manifest.ts'
import { surrogateBehind, setUpModel } from './models.ts'
import type { BundledFact } from './sample.ts'
import type { Tally } from './tally.ts'
import { whyNot, type VerifyContext } from './context.ts'
import type { ModelSource } from '../onnx/index.ts'

/** Facts of one variant. */
export interface FactGroup {
  variant: BundledVariant
  facts: BundledFact[]
}

/** What checking a bundle needs. */
export interface CheckContext {
  context: VerifyContext
  manifest: Manifest
  /** Model files by digest. */
  models: ReadonlyMap<string, ModelSource>
  /** Paths of image files by digest. */
  images: ReadonlyMap<string, string>
  /** The masks that sampled conditions replay, or why there are none. */
  draws: Draws | string
  /** The temporary workspace that graphs are written to. */
  workspace: Workspace
  tally: Tally
}

interface Item<T extends Transform> {
  path: string
  digest: string
  className: string
  transform: T
}
interface FactItem<T extends Transform> {
  fact: BundledFact
  item: Item<T>
}

/**
 * Computes facts of one variant again and compares them with the stored ones: predictions in batches, attacks one by
 * one from their seeds, with the gradient of the model itself or of its surrogate model.
 */
export async function checkFacts(
  { variant, facts }: FactGroup,
  model: BundledModel,
  file: ModelSource,
  check: CheckContext,
): Promise<void> {
  const { workspace, context, tally, manifest } = check
  const draws = typeof check.draws === 'string' ? null : check.draws
  const pixels: FactItem<PixelTransform>[] = []
  const own: FactItem<Attack>[] = []
  const made: FactItem<Attack>[] = []
  for (const fact of facts) {
    const item = await itemOf(fact, check)
    if (typeof item === 'string') tally.skip(item, 1)
    else if (item.transform.op !== 'attack')
      pixels.push({ fact, item: { ...item, transform: item.transform } })
    else
      (item.transform.surrogate === null ? own : made).push({
        fact,
        item: { ...item, transform: item.transform },
      })
  }
  const compared = async <T extends Transform>(
    asked: FactItem<T>[],
    compute: (stored: StoredModel, items: Item<T>[], older: boolean) => Promise<Recomputed>,
  ) => {
    if (asked.length === 0) return
    try {
      const stored = await setUpModel(workspace.db, file, model, variant.preprocessing)
      const { provider, answers } = await compute(stored, itemsOf(asked), false)
      await asOlder(asked, answers, tally, (items) => compute(stored, items, true))
      tally.provider(provider)
      for (const [at, { fact }] of asked.entries()) {
        const answer = answers[at]
        if (!answer) tally.skip('stopped', 1)
        else if ('code' in answer) tally.skip(answer.message, 1)
        else tally.compare(fact, answer, model.title, manifest.conditions[fact.condition] ?? '')
      }
    } catch (error) {
      tally.skip(`${model.title}: ${whyNot(error)}`, asked.length)
    }
  }
  const { preprocessing, rewrite, readout } = variant
  await compared(pixels, (stored, items) =>
    recompute(manifest.study.kind, {
      ...context,
      workspace,
      model: stored,
      preprocessing,
      rewrite,
      readout,
      items,
      draws,
    }),
  )
  await compared(own, (stored, items, older) =>
    attackAgain({ ...context, workspace, model: stored, items, older }),
  )
  const surrogates = Map.groupBy(made, ({ item: { transform: by } }) => `${by.surrogate} ${by.setup ?? ''}`)
  for (const asked of surrogates.values()) {
    const surrogate = await surrogateFor(asked, check)
    if (typeof surrogate === 'string') tally.skip(surrogate, asked.length)
    else
      await compared(asked, (stored, items, older) =>
        transferAgain({ ...context, workspace, model: stored, surrogate, items, older }),
      )
  }
}

const itemsOf = <T extends Transform>(asked: FactItem<T>[]) => asked.map(({ item }) => item)

/**
 * Puts other answers in the place of those that disagree, where the stored ones have the last digits of older versions: their
 * gradients at clean images were taken at pixels scaled in two steps, and a sign may be another where a gradient is near 0.
 */
async function asOlder<T extends Transform>(
  asked: FactItem<T>[],
  answers: Recomputed['answers'],
  tally: Tally,
  compute: (items: Item<T>[]) => Promise<Recomputed>,
): Promise<void> {
  const doubtful = [...asked.entries()].filter(
    ([
      at,
      {
        fact,
        item: { transform },
      },
    ]) => {
      const answer = answers[at]
      if (transform.op !== 'attack' || !startsAtImage(transform)) return false
      return answer && !('code' in answer) && !tally.agrees(fact, answer)
    },
  )
  if (doubtful.length === 0) return
  const older = await compute(doubtful.map(([, { item }]) => item))
  for (const [place, [at, { fact }]] of doubtful.entries()) {
    const answer = older.answers[place]
    if (answer && !('code' in answer) && tally.agrees(fact, answer)) answers[at] = answer
  }
}

/** Returns the surrogate model of some facts, or the reason why it is not available. */
async function surrogateFor(
  [first]: FactItem<Attack>[],
  { manifest, models, workspace }: CheckContext,
): Promise<StoredModel | string> {
  const described = first && surrogateBehind(first.item.transform, manifest)
  if (!described)
    return 'the bundle does not describe the model that made the images, or it was set up anew before it was made'
  const path = models.get(described.digest)
  if (path === undefined) return `the model that made the images is not at hand: ${described.title}`
  return setUpModel(workspace.db, path, described, described.preprocessing).catch(
    (error: unknown) => `${described.title}: ${whyNot(error)}`,
  )
}

/** Returns what to compute again for a fact, or the reason why it cannot be computed. */
async function itemOf(
  { image, className, condition }: BundledFact,
  { manifest: { conditions }, images, draws }: CheckContext,
): Promise<Item<Transform> | string> {
  const transform = transformOf(conditions[condition] ?? '')
  if (!transform) return 'this version does not know the condition'
  if (typeof draws === 'string' && replaysDraws(transform)) return draws
  const path = await imagePath(image, images)
  return typeof path === 'string' ? path : { ...path, digest: image, className, transform }
}

/** Returns the path of an image whose bytes still have its digest (sha256, hex), or the reason why there is none. */
export async function imagePath(
  digest: string,
  images: ReadonlyMap<string, string>,
): Promise<{ path: string } | string> {
  const path = images.get(digest)
  if (path === undefined) return 'the image is not at hand'
  try {
    if ((await fileDigest(path)) !== digest) return 'the image has changed since it was indexed'
    return { path }
  } catch (error) {
    return `the image cannot be read: ${error instanceof Error && 'code' in error ? String(error.code) : whyNot(error)}`
  }
}
