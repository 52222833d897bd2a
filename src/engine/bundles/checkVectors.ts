import type { Rewrite } from '#shared/rewrites.ts'
import { measureAgain, vectorKey } from '../studies/index.ts'
import { imagePath, type CheckContext } from './checkFacts.ts'
import type { BundledModel, BundledVariant, Manifest } from './manifest.ts'
import { setUpModel } from './models.ts'
import { whyNot } from './context.ts'
import type { BundledVector } from './sample.ts'
import type { ModelSource } from '../onnx/index.ts'

/** Image files that are read at once; the system limits the number of open files. */
const filesAtATime = 16

/** Vectors of one variant. */
export interface VectorGroup {
  /** Index of the variant in the manifest. */
  at: number
  variant: BundledVariant
  vectors: BundledVector[]
}

/** Returns the images to measure again: those of the vectors, or all images that one vector was computed over. */
export const imagesBehind = ({ at, vectors }: Omit<VectorGroup, 'variant'>, { sets }: Manifest) =>
  sets.find(({ variant }) => variant === at)?.images ?? vectors

const titles: Record<Extract<Rewrite, { op: 'probe' }>['what'], string> = {
  variance: 'feature variance',
  varianceOfBatchMean: 'variance of the mean features',
  gram: 'products of features',
  attentionDistance: 'attention distances',
  classRow: 'attention of the class token',
  receptiveField: 'receptive field',
  receptiveFieldRings: 'receptive field by rings',
  saliencyMap: 'saliency map',
  shownPicture: 'picture',
  mapScores: 'scores of a map',
  boxes: 'boxes',
  leastEpsilon: 'least epsilon',
}

/** Measures vectors of one variant again, as the study does, and compares them with the stored ones. */
export async function checkVectors(
  group: VectorGroup,
  model: BundledModel,
  file: ModelSource,
  check: CheckContext,
): Promise<void> {
  const { variant, vectors } = group
  const { manifest, workspace, context, tally } = check
  const { rewrite } = variant
  const what = rewrite.op === 'probe' ? titles[rewrite.what] : rewrite.op
  const behind = imagesBehind(group, manifest)
  const locate = async ({ image: digest, className }: (typeof behind)[number]) => {
    const file = await imagePath(digest, check.images)
    return typeof file === 'string' ? file : { ...file, digest, className }
  }
  const found: Awaited<ReturnType<typeof locate>>[] = []
  for (let at = 0; at < behind.length; at += filesAtATime)
    found.push(...(await Promise.all(behind.slice(at, at + filesAtATime).map(locate))))
  const images = found.filter((image) => typeof image !== 'string')
  const missing = found.find((image) => typeof image === 'string')
  const together = behind !== vectors
  if (images.length === 0 || (together && missing !== undefined)) {
    const why = missing ?? 'it names no image'
    tally.skip(together ? `${what} over ${behind.length} images together: ${why}` : why, vectors.length)
    return
  }
  try {
    const stored = await setUpModel(workspace.db, file, model, variant.preprocessing)
    const { kind, params } = manifest.study
    const request = { ...context, workspace, model: stored, kind, params, rewrite, images }
    const { provider, vectors: now, problems } = await measureAgain(request)
    tally.provider(provider)
    for (const { image, className, values } of vectors) {
      const key = vectorKey({ digest: image, className })
      const again = now.get(key)
      if (again) tally.compareVector({ model: model.title, what, image }, values, [...again])
      else if (!images.some((one) => vectorKey(one) === key))
        tally.skip(missing ?? 'the image is not at hand', 1)
      else
        tally.skip(
          problems.get(key)?.message ?? `this version measures ${what} on other images or in another way`,
          1,
        )
    }
  } catch (error) {
    tally.skip(`${model.title}, ${what}: ${whyNot(error)}`, vectors.length)
  }
}
