import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BundleVerdict, Settings } from '#shared/contract/index.ts'
import { toErrorShape } from '#shared/errors.ts'
import { stimulus, type Stimulus } from '#shared/stimulus.ts'
import { parseDraws, type Draws } from '#shared/transforms/index.ts'
import type { ImagePool } from '../images/index.ts'
import type { Log } from '../log.ts'
import { addModel, updateModel } from '../models/index.ts'
import { recompute } from '../studies/index.ts'
import { createWorkspace } from '../workspace/index.ts'
import { fileDigest, findImages, findModels, type Places } from './find.ts'
import { drawsName, type Manifest } from './manifest.ts'
import type { Bundle } from './open.ts'
import { sampleFacts, type BundledFact } from './sample.ts'

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
  const tally = verdict(options, facts.length)
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
        const items = []
        const asked: BundledFact[] = []
        for (const fact of own) {
          const found = await itemOf(fact, manifest.conditions, images)
          if (typeof found === 'string') tally.skip(found, 1)
          else {
            items.push(found)
            asked.push(fact)
          }
        }
        if (items.length === 0) continue
        try {
          const added = await addModel(workspace.db, path)
          const { provider, answers } = await recompute({
            ...room,
            workspace,
            model: updateModel(workspace.db, added.id, {
              preprocessing: variant.preprocessing,
              labels: { set: model.labelSet, names: model.labels },
            }),
            preprocessing: variant.preprocessing,
            rewrite: variant.rewrite,
            readout: variant.readout,
            items,
            draws,
          })
          tally.provider(provider)
          for (const [at, fact] of asked.entries()) {
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
    } finally {
      workspace.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  room.onProgress(facts.length, facts.length, '')
  return tally.result(manifest)
}

/** What is computed again for a fact, or why it cannot be. */
async function itemOf(
  { image, className, condition }: BundledFact,
  conditions: readonly string[],
  images: ReadonlyMap<string, string>,
): Promise<{ path: string; digest: string; className: string; stimulus: Stimulus } | string> {
  const parsed = stimulus.safeParse(asJson(conditions[condition] ?? ''))
  if (!parsed.success) return 'the condition is not one that this version knows'
  if (parsed.data.op === 'attack') return 'an attack, which needs a run of the study'
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

function verdict({ sample, seed, tolerance }: VerifyOptions, sampled: number) {
  const reasons = new Map<string, number>()
  const providers = new Set<string>()
  const disagreeing: BundleVerdict['disagreeing'] = []
  let [checked, identical, largest] = [0, 0, 0]
  return {
    skip: (reason: string, n: number) => void reasons.set(reason, (reasons.get(reason) ?? 0) + n),
    provider: (name: string) => void (name !== '' && providers.add(name)),
    compare(
      fact: BundledFact,
      now: { predicted: number; confidence: number; trueProbability: number | null },
      model: string,
      condition: string,
    ) {
      checked++
      const differences = [
        Math.abs(now.confidence - fact.confidence),
        ...(now.trueProbability === null || fact.trueProbability === null
          ? []
          : [Math.abs(now.trueProbability - fact.trueProbability)]),
      ]
      const difference = Math.max(...differences.map((d) => (Number.isFinite(d) ? d : 1)))
      largest = Math.max(largest, difference)
      const same = now.predicted === fact.predicted
      if (same && difference === 0) identical++
      // Two classes that were as good as equally likely may change places.
      const tied = [now.predicted, fact.predicted].every(
        (place) => Math.abs(fact.confidence - (fact.top.get(place) ?? 0)) <= tolerance,
      )
      if ((same || tied) && difference <= tolerance) return
      disagreeing.push({
        model,
        condition,
        image: fact.image,
        className: fact.className,
        stored: { predicted: fact.predicted, confidence: fact.confidence },
        found: { predicted: now.predicted, confidence: now.confidence },
      })
    },
    result: ({ counts, variants }: Manifest): BundleVerdict => ({
      verdict: disagreeing.length > 0 ? 'disagrees' : checked > 0 ? 'agrees' : 'unchecked',
      facts: counts.facts,
      measurements: counts.measurements,
      asked: sample,
      sampled,
      seed,
      tolerance,
      checked,
      identical,
      largest,
      disagreeing,
      unchecked: [...reasons].map(([reason, n]) => ({ reason, n })).sort((a, b) => b.n - a.n),
      storedOn: [
        ...new Set(
          variants.map(
            ({ runtime: { provider, precision, onnxruntime } }) =>
              `${provider}, ${precision}, ONNX Runtime ${onnxruntime}`,
          ),
        ),
      ],
      checkedOn: [...providers],
    }),
  }
}
