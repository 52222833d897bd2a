import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Attack } from '#shared/attacks.ts'
import type { BundleVerdict, Settings } from '#shared/contract/index.ts'
import { toErrorShape } from '#shared/errors.ts'
import { stimulus, type Stimulus } from '#shared/stimulus.ts'
import { parseDraws, type Draws, type Transform } from '#shared/transforms/index.ts'
import type { ImagePool } from '../images/index.ts'
import type { Log } from '../log.ts'
import { addModel, updateModel, type StoredModel } from '../models/index.ts'
import { attackAgain, recompute, type Recomputed } from '../studies/index.ts'
import { createWorkspace, type Workspace } from '../workspace/index.ts'
import { fileDigest, findImages, findModels, type Places } from './find.ts'
import { drawsName, type Manifest } from './manifest.ts'
import type { Bundle } from './open.ts'
import { sampleFacts, type BundledFact } from './sample.ts'
import { tallyOf } from './tally.ts'

/** What checking a bundle needs of the engine. */
export interface VerifyRoom extends Places {
  pool: ImagePool
  settings: Settings
  log: Log
  onProgress(done: number, total: number, note: string): void
}

export interface VerifyOptions {
  /** Facts that are computed again. */
  sample: number
  /** Decides which. */
  seed: number
  /** Largest difference of a probability that other hardware or another runtime may make. */
  tolerance: number
}

interface Group {
  variant: Manifest['variants'][number]
  facts: BundledFact[]
}

/**
 * Computes a sample of a bundle's facts again, with the models and images that are found by their digests, in a workspace
 * of its own that is taken away afterwards. What cannot be computed is counted with its reason, never as agreement.
 */
export async function verifyBundle(
  bundle: Bundle,
  room: VerifyRoom,
  options: VerifyOptions,
): Promise<BundleVerdict> {
  const { manifest } = bundle
  const facts = await sampleFacts(bundle, options.sample, options.seed)
  const tally = tallyOf(options, facts.length)
  const paths = await findModels(room, new Set(manifest.models.map(({ digest }) => digest)))
  const images = await findImages(room, new Set(facts.map(({ image }) => image)))
  const draws = await drawsOf(bundle)
  const groups = [...Map.groupBy(facts, ({ variant }) => variant)].flatMap(([at, own]): Group[] => {
    const variant = manifest.variants[at]
    if (variant) return [{ variant, facts: own }]
    tally.skip('the manifest has no such variant', own.length)
    return []
  })
  const folder = await mkdtemp(join(tmpdir(), 'kernelscope-verify-'))
  let done = 0
  try {
    const workspace = createWorkspace(join(folder, 'workspace'))
    try {
      for (const { variant, facts: own } of groups) {
        if (room.signal.aborted) break
        const model = manifest.models.find(({ digest }) => digest === variant.model)
        const path = paths.get(variant.model)
        room.onProgress(done, facts.length, model?.title ?? variant.model.slice(0, 12))
        done += own.length
        if (!model || !path) {
          tally.skip(`the model is not at hand: ${model?.title ?? variant.model.slice(0, 12)}`, own.length)
          continue
        }
        const labels = createHash('sha256').update(model.labels.join('\n')).digest('hex')
        if (labels !== variant.labels) {
          tally.skip('the labels of the model are not those that its facts were made with', own.length)
          continue
        }
        await checkGroup(
          { variant, facts: own },
          { model, path, workspace, images, draws, room, manifest, tally },
        )
      }
    } finally {
      workspace.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  room.onProgress(facts.length, facts.length, '')
  return tally.result(manifest)
}

interface Check {
  model: Manifest['models'][number]
  /** File of the model. */
  path: string
  /** Where graphs are written. */
  workspace: Workspace
  images: ReadonlyMap<string, string>
  draws: Draws | null
  room: VerifyRoom
  manifest: Manifest
  tally: ReturnType<typeof tallyOf>
}

/** Facts of one variant, computed again: predictions together, attacks one by one from their seeds. */
async function checkGroup({ variant, facts }: Group, check: Check): Promise<void> {
  const { model, path, workspace, images, draws, room, manifest, tally } = check
  const [pixels, attacks]: [Asked<Transform>[], Asked<Attack>[]] = [[], []]
  for (const fact of facts) {
    const item = await itemOf(fact, manifest.conditions, images)
    if (typeof item === 'string') tally.skip(item, 1)
    else if (item.stimulus.op === 'attack') attacks.push({ fact, item: { ...item, stimulus: item.stimulus } })
    else pixels.push({ fact, item: { ...item, stimulus: item.stimulus } })
  }
  const compared = async (asked: Asked<Stimulus>[], compute: (own: StoredModel) => Promise<Recomputed>) => {
    if (asked.length === 0) return
    try {
      const added = await addModel(workspace.db, path)
      const own = updateModel(workspace.db, added.id, {
        preprocessing: variant.preprocessing,
        labels: { set: model.labelSet, names: model.labels },
      })
      const { provider, answers } = await compute(own)
      tally.provider(provider)
      for (const [at, { fact }] of asked.entries()) {
        const answer = answers[at]
        if (!answer) tally.skip('stopped', 1)
        else if ('code' in answer) tally.skip(answer.message, 1)
        else tally.compare(fact, answer, model.title, manifest.conditions[fact.condition] ?? '')
      }
    } catch (error) {
      const { code, message } = toErrorShape(error)
      tally.skip(`${model.title}: ${code}: ${message}`, asked.length)
    }
  }
  const { preprocessing, rewrite, readout } = variant
  await compared(pixels, (own) =>
    recompute({
      ...room,
      workspace,
      model: own,
      preprocessing,
      rewrite,
      readout,
      items: pixels.map(({ item }) => item),
      draws,
    }),
  )
  await compared(attacks, (own) =>
    attackAgain({ ...room, workspace, model: own, items: attacks.map(({ item }) => item) }),
  )
}

interface Item<T extends Stimulus> {
  path: string
  digest: string
  className: string
  stimulus: T
}
interface Asked<T extends Stimulus> {
  fact: BundledFact
  item: Item<T>
}

/** What is computed again for a fact, or why it cannot be. */
async function itemOf(
  { image, className, condition }: BundledFact,
  conditions: readonly string[],
  images: ReadonlyMap<string, string>,
): Promise<Item<Stimulus> | string> {
  const parsed = stimulus.safeParse(asJson(conditions[condition] ?? ''))
  if (!parsed.success) return 'the condition is not one that this version knows'
  if (parsed.data.op === 'attack' && parsed.data.surrogate !== null)
    return 'an attack with the gradient of another model, which needs a run of the study'
  const path = images.get(image)
  if (path === undefined) return 'the image is not at hand'
  if ((await fileDigest(path).catch(() => null)) !== image)
    return 'the image has changed since it was indexed'
  return { path, digest: image, className, stimulus: parsed.data }
}

const asJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

async function drawsOf({ archive }: Bundle): Promise<Draws | null> {
  if (!archive.entries.has(drawsName)) return null
  const text = (await archive.read(drawsName, 512 * 2 ** 20)).toString('utf8')
  try {
    return parseDraws(text)
  } catch {
    // Subsets of a lesion study: they are in the rewrites.
    return null
  }
}
