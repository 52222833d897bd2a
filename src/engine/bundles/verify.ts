import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BundleVerdict } from '#shared/contract/index.ts'
import { temporaryFolder } from '../base/temporary.ts'
import { createWorkspace, type Workspace } from '../workspace/index.ts'
import { checkFacts, type CheckContext } from './checkFacts.ts'
import { checkTables } from './checkTables.ts'
import { checkVectors, imagesBehind } from './checkVectors.ts'
import { drawsOfFacts } from './draws.ts'
import { findImages, findModels } from './find.ts'
import type { BundledModel, BundledVariant } from './manifest.ts'
import { labelsDigest } from './models.ts'
import type { Bundle } from './open.ts'
import type { VerifyContext } from './context.ts'
import { sampleFacts, sampleVectors } from './sample.ts'
import { tallyOf } from './tally.ts'

export interface VerifyOptions {
  /** Number of facts, and of measured vectors, to compute again. */
  sample: number
  /** Seed of the sample. */
  seed: number
  /**
   * Largest difference that other hardware or another runtime may cause: of a probability, and of a measured number
   * divided by the largest number of its vector or table column.
   */
  tolerance: number
}

/**
 * Computes a sample of a bundle's facts and measured vectors again, and all tables that come from models alone. Finds
 * models and images by their digests and works in a temporary workspace. What cannot be computed is counted with its
 * reason, never as agreement.
 *
 * @throws BUNDLE_MALFORMED where a line of facts or measurements is not valid
 */
export async function verifyBundle(
  bundle: Bundle,
  context: VerifyContext,
  options: VerifyOptions,
): Promise<BundleVerdict> {
  const { manifest } = bundle
  const facts = await sampleFacts(bundle, options.sample, options.seed)
  const vectors = await sampleVectors(bundle, options.sample, options.seed)
  const tally = tallyOf(options, facts.length)
  tally.drawn(vectors.length)
  const digests = [...manifest.models, ...manifest.surrogates].map(({ digest }) => digest)
  const vectorGroups = [...Map.groupBy(vectors, ({ variant }) => variant)].map(([at, own]) => ({
    at,
    vectors: own,
  }))
  const wanted = [...facts, ...vectorGroups.flatMap((group) => imagesBehind(group, manifest))]
  const at = {
    context,
    manifest,
    models: await findModels(context, new Set(digests)),
    images: await findImages(context, new Set(wanted.map(({ image }) => image))),
    draws: await drawsOfFacts(bundle, facts),
    tally,
  }
  const total = facts.length + vectors.length
  let done = 0
  await inOwnWorkspace(async (workspace) => {
    const check: CheckContext = { ...at, workspace }
    const each = async (
      place: number,
      n: number,
      compute: (variant: BundledVariant, model: BundledModel, path: string) => Promise<void>,
    ) => {
      const variant = manifest.variants[place]
      const model = manifest.models.find(({ digest }) => digest === variant?.model)
      context.onProgress(done, total, model?.title ?? '')
      done += n
      const found = usable(check, variant, model)
      if (typeof found === 'string') tally.skip(found, n)
      else await compute(found.variant, found.model, found.path)
    }
    for (const [place, own] of Map.groupBy(facts, ({ variant }) => variant)) {
      if (context.signal.aborted) return
      await each(place, own.length, (variant, model, path) =>
        checkFacts({ variant, facts: own }, model, path, check),
      )
    }
    for (const group of vectorGroups) {
      if (context.signal.aborted) return
      await each(group.at, group.vectors.length, (variant, model, path) =>
        checkVectors({ ...group, variant }, model, path, check),
      )
    }
    await checkTables(bundle.study, check)
  })
  context.onProgress(total, total, '')
  return tally.result(manifest)
}

/** Returns what is needed to compute a variant, or the reason why it cannot be computed. */
function usable(
  { models }: CheckContext,
  variant: BundledVariant | undefined,
  model: BundledModel | undefined,
): { variant: BundledVariant; model: BundledModel; path: string } | string {
  if (!variant) return 'the manifest has no such variant'
  const path = models.get(variant.model)
  if (!model || !path) return `the model is not at hand: ${model?.title ?? variant.model.slice(0, 12)}`
  if (labelsDigest(model) !== variant.labels) return 'the labels of the model differ from those of its facts'
  return { variant, model, path }
}

async function inOwnWorkspace(work: (workspace: Workspace) => Promise<void>): Promise<void> {
  const folder = temporaryFolder('verify')
  try {
    const workspace = createWorkspace(join(folder, 'workspace'))
    try {
      await work(workspace)
    } finally {
      workspace.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
