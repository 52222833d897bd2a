import { toErrorShape, type ErrorCode } from '#shared/errors.ts'
import { imagePath } from './checkFacts.ts'
import type { VerifyContext } from './context.ts'
import { failureRecord } from './factLines.ts'
import { failuresName, type BundledVariant } from './manifest.ts'
import { valid, type Bundle } from './open.ts'
import type { PartChecks } from './partChecks.ts'
import { eachLine } from './records.ts'
import { longestLine, type BundledFailure } from './sample.ts'
import { beginPart } from './steps.ts'

/** Codes that follow from the bytes of an image and the size of the model's input. Others follow from a machine. */
const ofImage: readonly string[] = ['IMAGE_UNREADABLE', 'IMAGE_TOO_LARGE'] satisfies ErrorCode[]

/**
 * Tries a sample of failures again, as far as their images are at hand: whoever takes answers out of a bundle has to call
 * them failures. Says of failures.csv whether each failed again for the same reason.
 *
 * @param images paths of image files by digest
 * @throws BUNDLE_MALFORMED where a line is not valid; the reason of the signal
 */
export async function checkFailures(
  { archive, manifest }: Bundle,
  sampled: readonly BundledFailure[],
  images: ReadonlyMap<string, string>,
  context: VerifyContext,
  checks: PartChecks,
): Promise<void> {
  if (!archive.entries.has(failuresName)) return
  const others = new Map<string, number>()
  let total = 0
  await eachLine(archive, failuresName, longestLine, ({ record, line }) => {
    const { problem } = valid(failureRecord, record, `line ${line} of ${failuresName}`, archive.refuse)
    total++
    if (!ofImage.includes(problem.code)) others.set(problem.code, (others.get(problem.code) ?? 0) + 1)
  })
  const tried = sampled.filter(({ problem }) => ofImage.includes(problem.code))
  const step = beginPart(context, 'Trying failures again', 'failures', tried.length)
  const untried = new Map<string, number>()
  const known = new Map<string, Promise<Trial>>()
  for (const { variant: place, image, className, problem } of tried) {
    const key = `${place} ${image}`
    const trial = known.get(key) ?? tryAgain(image, manifest.variants[place], images, context)
    known.set(key, trial)
    const found = await trial
    if ('why' in found) untried.set(found.why, (untried.get(found.why) ?? 0) + 1)
    else if (found.code !== problem.code)
      checks.fault(
        failuresName,
        problem.code,
        found.code ?? 'an answer: the image can be read',
        `${image.slice(0, 12)} ${className}`,
      )
    step()
  }
  const left = [
    ...[...untried].map(([why, n]) => `${n} not tried again: ${why}`),
    ...[...others].map(([code, n]) => `${n} of ${code}, which does not follow from the image`),
  ]
  if (left.length > 0 || tried.length === 0) checks.set(failuresName, 'read', left.join('; '))
  else checks.set(failuresName, 'recomputed', `${tried.length} of ${total} tried again`)
}

/** What came of a trial: the code of its failure, null where the image could be read; or why there was none. */
type Trial = { code: string | null } | { why: string }

async function tryAgain(
  image: string,
  variant: BundledVariant | undefined,
  images: ReadonlyMap<string, string>,
  { pool }: VerifyContext,
): Promise<Trial> {
  if (!variant) return { why: 'the manifest has no such variant' }
  const { preprocessing } = variant
  const path = await imagePath(image, images)
  if (typeof path === 'string') return { why: path }
  const [height, width] = preprocessing.size
  try {
    const transforms = [{ transform: { op: 'identity' as const }, slot: 0 }]
    await pool.load(
      { ...path, imageKey: image, preprocessing, transforms },
      new SharedArrayBuffer(height * width * 3),
    )
    return { code: null }
  } catch (error) {
    const { code, message } = toErrorShape(error)
    return ofImage.includes(code) ? { code } : { why: `${code}: ${message}` }
  }
}
