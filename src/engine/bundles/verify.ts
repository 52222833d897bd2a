import { rm } from 'node:fs/promises'
import type { BundlePart, BundleVerdict } from '#shared/contract/index.ts'
import { icePicturesIn } from '#shared/transforms/index.ts'
import { temporaryFolder } from '../base/temporary.ts'
import type { Workspace } from '../workspace/index.ts'
import { checkFacts, type CheckContext } from './checkFacts.ts'
import { checkFailures } from './checkFailures.ts'
import { checkPictures } from './checkPictures.ts'
import { checkTables } from './checkTables.ts'
import { checkVectors, imagesBehind } from './checkVectors.ts'
import { deriveBundle } from './derive.ts'
import { drawsOfFacts } from './draws.ts'
import { findImages, findModels } from './find.ts'
import type { BundledModel, BundledVariant } from './manifest.ts'
import { labelsDigest } from './models.ts'
import type { Bundle } from './open.ts'
import type { VerifyContext } from './context.ts'
import { PartChecks } from './partChecks.ts'
import { checkOlder } from './readOnly.ts'
import { checkModels, checkSvgs, recomputedParts } from './recomputed.ts'
import { sampleFacts, sampleFailures, sampleVectors } from './sample.ts'
import { scratchWorkspace } from './scratch.ts'
import { tallyOf, type Tally } from './tally.ts'
import type { ModelSource } from '../onnx/index.ts'

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
 * Checks a bundle. Everything in it is derived again from its facts, and a sample of facts and vectors is computed again,
 * with models and images that are found by their digests; so are all tables that come from models alone. It works in
 * temporary workspaces. What cannot be checked is said with its reason, never counted as agreement.
 *
 * @throws BUNDLE_MALFORMED where a line of a CSV is not valid; the reason of the signal
 */
export async function verifyBundle(
  bundle: Bundle,
  context: VerifyContext,
  options: VerifyOptions,
): Promise<Omit<BundleVerdict, 'signature' | 'file'>> {
  const { manifest, basis } = bundle
  const digests = [...manifest.models, ...manifest.surrogates].map(({ digest }) => digest)
  context.onProgress(0, 0, 'files', 'Looking for models')
  const models = await findModels(context, new Set(digests))
  const checks = new PartChecks()
  if (basis) await deriveBundle(bundle, basis, models, context, options.tolerance, checks)
  else await checkOlder(bundle, checks)
  await checkSvgs(bundle, checks)
  const tally = await computeAgain(bundle, context, options, models, checks)
  if (basis) await checkModels(basis, models, checks)
  recomputedParts(bundle, tally, checks)
  const parts = checks.list()
  return { ...tally.result(manifest), verdict: verdictOn(parts, tally), parts }
}

function verdictOn(parts: readonly BundlePart[], tally: Tally): BundleVerdict['verdict'] {
  const { facts, measured, skipped } = tally.state()
  const has = (how: BundlePart['how']) => parts.some((part) => part.how === how)
  if (has('differs') || tally.disagrees()) return 'disagrees'
  if (!has('read') && !skipped) return 'agrees'
  return has('derived') || has('recomputed') || facts.checked + measured.checked > 0 ? 'partly' : 'unchecked'
}

/** Computes a sample again, and the tables of a study without images. */
async function computeAgain(
  bundle: Bundle,
  context: VerifyContext,
  options: VerifyOptions,
  models: ReadonlyMap<string, ModelSource>,
  checks: PartChecks,
): Promise<Tally> {
  const { manifest, basis } = bundle
  const facts = await sampleFacts(bundle, options.sample, options.seed)
  const vectors = await sampleVectors(bundle, options.sample, options.seed)
  const failures = await sampleFailures(bundle, options.sample, options.seed)
  const tally = tallyOf(options, facts.length)
  tally.drawn(vectors.length)
  const vectorGroups = [...Map.groupBy(vectors, ({ variant }) => variant)].map(([at, own]) => ({
    at,
    vectors: own,
  }))
  const wanted = [
    ...facts,
    ...vectorGroups.flatMap((group) => imagesBehind(group, manifest)),
    ...(basis?.pictures ?? []),
    ...failures,
  ]
  context.onProgress(0, 0, 'files', 'Looking for images')
  const ice = new Set(manifest.conditions.flatMap((text) => icePicturesIn(text)))
  if (ice.size > 0) context.pool.lend(await findImages({ ...context, workspace: null }, ice))
  const at = {
    context,
    manifest,
    models,
    images: await findImages(context, new Set(wanted.map(({ image }) => image))),
    draws: await drawsOfFacts(bundle, facts),
    tally,
  }
  await checkFailures(bundle, failures, at.images, context, checks)
  const total = facts.length + vectors.length
  let done = 0
  await inOwnWorkspace(async (workspace) => {
    const check: CheckContext = {
      ...at,
      get workspace() {
        return workspace()
      },
    }
    const each = async (
      place: number,
      n: number,
      compute: (variant: BundledVariant, model: BundledModel, file: ModelSource) => Promise<void>,
    ) => {
      const variant = manifest.variants[place]
      const model = manifest.models.find(({ digest }) => digest === variant?.model)
      context.onProgress(done, total, 'facts', `Computing again: ${model?.title ?? ''}`)
      done += n
      const found = usable(check, variant, model)
      if (typeof found === 'string') tally.skip(found, n)
      else await compute(found.variant, found.model, found.file)
    }
    for (const [place, own] of Map.groupBy(facts, ({ variant }) => variant)) {
      context.signal.throwIfAborted()
      await each(place, own.length, (variant, model, file) =>
        checkFacts({ variant, facts: own }, model, file, check),
      )
    }
    for (const group of vectorGroups) {
      context.signal.throwIfAborted()
      await each(group.at, group.vectors.length, (variant, model, file) =>
        checkVectors({ ...group, variant }, model, file, check),
      )
    }
    await checkTables(bundle.study, check)
    if (basis && basis.pictures.length > 0) await checkPictures(basis, check, checks)
  })
  context.signal.throwIfAborted()
  return tally
}

/** Returns what is needed to compute a variant, or the reason why it cannot be computed. */
function usable(
  { models }: CheckContext,
  variant: BundledVariant | undefined,
  model: BundledModel | undefined,
): { variant: BundledVariant; model: BundledModel; file: ModelSource } | string {
  if (!variant) return 'the manifest has no such variant'
  const file = models.get(variant.model)
  if (!model || !file) return `the model is not at hand: ${model?.title ?? variant.model.slice(0, 12)}`
  if (labelsDigest(model) !== variant.labels) return 'the labels of the model differ from those of its facts'
  return { variant, model, file }
}

/** Works with a workspace that is made when it is first asked for, and removed afterwards. */
async function inOwnWorkspace(work: (workspace: () => Workspace) => Promise<void>): Promise<void> {
  let made: { folder: string; workspace: Workspace } | null = null
  const make = () => {
    const folder = temporaryFolder('verify')
    return { folder, workspace: scratchWorkspace(folder) }
  }
  try {
    await work(() => (made ??= make()).workspace)
  } finally {
    await removed(made)
  }
}

async function removed(made: { folder: string; workspace: Workspace } | null): Promise<void> {
  made?.workspace.close()
  if (made) await rm(made.folder, { recursive: true, force: true })
}
