import { measureAgain, vectorKey } from '../studies/index.ts'
import type { Basis } from './basis.ts'
import { imagePath, type CheckContext } from './checkFacts.ts'
import { whyNot } from './context.ts'
import { setUpModel } from './models.ts'
import type { PartChecks } from './partChecks.ts'

const part = 'pictures'

/** Makes the pictures that a figure shows again, where model and images are at hand, and compares them to the byte. */
export async function checkPictures(
  { pictures }: Pick<Basis, 'pictures'>,
  check: CheckContext,
  checks: PartChecks,
): Promise<void> {
  let made = 0
  for (const [place, own] of Map.groupBy(pictures, ({ variant }) => variant)) {
    const again = await madeAgain(place, own, check)
    if (typeof again === 'string') return checks.set(part, 'read', again)
    for (const { image, className, png } of own) {
      const found = again.get(vectorKey({ digest: image, className }))
      if (!found) return checks.set(part, 'read', 'this version makes them of other images or in another way')
      if (found.toString('base64') === png) made++
      else checks.fault(part, 'another picture', 'the picture of the image', image)
    }
  }
  checks.set(part, 'recomputed', `${made} of ${pictures.length} made again`)
}

async function madeAgain(
  place: number,
  pictures: Basis['pictures'],
  check: CheckContext,
): Promise<ReadonlyMap<string, Buffer> | string> {
  const { manifest, models, context } = check
  const variant = manifest.variants[place]
  const model = manifest.models.find(({ digest }) => digest === variant?.model)
  const path = models.get(variant?.model ?? '')
  if (!variant || !model || path === undefined) return 'the model that they are the input of is not at hand'
  const images = []
  for (const { image: digest, className } of pictures) {
    const file = await imagePath(digest, check.images)
    if (typeof file === 'string') return file
    images.push({ ...file, digest, className })
  }
  try {
    const { workspace } = check
    const stored = await setUpModel(workspace.db, path, model, variant.preprocessing)
    const { kind, params } = manifest.study
    const { rewrite } = variant
    const { pictures: again } = await measureAgain({
      ...context,
      ...{ workspace, model: stored, kind, params, rewrite, images },
    })
    return again
  } catch (error) {
    return whyNot(error)
  }
}
