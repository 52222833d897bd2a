import { KernelscopeError } from '#shared/errors.ts'
import type { GallerySize } from '#shared/bytes.ts'
import {
  frameCount,
  pixelTransform,
  type PerturbationName,
  type PixelTransform,
} from '#shared/transforms/index.ts'
import { LruMap } from '../../base/lruMap.ts'
import { isShownWhole, locateImage } from '../../datasets/index.ts'
import { resizedSize, type Geometry } from '../../images/index.ts'
import type { EngineSession } from '../session/session.ts'
import { png, type ByteAnswer } from './answer.ts'

/** An image of the gallery: a row of the workspace, or a file that was opened for the gallery. */
interface GallerySource {
  path: string
  /** sha256 of the file, hex: the key of every random draw. */
  imageKey: string
  height: number
  width: number
  /** Its dataset's images are cropped already. */
  whole?: boolean
}

/** The last files opened for the gallery, by digest. They are forgotten when the engine ends. */
const opened = new LruMap<string, GallerySource>(50)

/**
 * Opens an image file that belongs to no dataset.
 *
 * @throws FILE_MISSING, FILE_UNREADABLE, IMAGE_UNREADABLE, IMAGE_TOO_LARGE where the file cannot be read or decoded
 */
export async function openForGallery({ pool }: EngineSession, path: string): Promise<GallerySource> {
  const { digest: imageKey, width, height } = await pool.digestAndMeasure(path)
  const source = { path, imageKey, width, height }
  opened.set(imageKey, source)
  return source
}

const rowId = /^\d{1,15}$/
const digest = /^[0-9a-f]{64}$/

function sourceOf(session: EngineSession, name: string): GallerySource {
  if (rowId.test(name)) {
    const { image, path, digest: own } = locateImage(session.db, Number(name))
    const { height, width, datasetId } = image
    const whole = isShownWhole(session.db, datasetId)
    return { path, imageKey: own?.toString('hex') ?? '', height, width, whole }
  }
  const found = digest.test(name) ? opened.get(name) : undefined
  if (!found)
    throw new KernelscopeError('FILE_MISSING', 'this file was opened before the engine started', {
      hint: 'Open the file again.',
    })
  return found
}

/** Pixels of the shorter side above which an image shown at its own size is made smaller. */
const largestOwn = 512

/**
 * The geometry of ImageNet benchmarks (shorter side 256, centre crop 224), or the image at its own size. Images that
 * are cropped already are never cropped again, as in studies.
 */
function geometryOf({ height, width, whole = false }: GallerySource, size: 'benchmark' | 'own'): Geometry {
  if (size === 'benchmark' && !whole)
    return { size: [224, 224], resize: 'shorter', resizeTo: 256, interpolation: 'bilinear' }
  if (Math.min(height, width) <= largestOwn)
    return { size: [height, width], resize: 'none', resizeTo: null, interpolation: 'bilinear' }
  const shrunk = { size: [0, 0] as [number, number], resize: 'shorter', resizeTo: largestOwn } as const
  const geometry = { ...shrunk, interpolation: 'bilinear' as const }
  return { ...geometry, size: resizedSize(geometry, height, width) }
}

/** PNGs, up to 64 MiB; the least recently used are dropped first. */
const kept = new LruMap<string, Buffer>(64 * 2 ** 20, ({ length }) => length)

async function remembered(key: string, make: () => Promise<Buffer>): Promise<Buffer> {
  const known = kept.get(key)
  if (known) return known
  const made = await make()
  kept.set(key, made)
  return made
}

function transformOf(text: string): PixelTransform {
  try {
    return pixelTransform.parse(JSON.parse(text))
  } catch (cause) {
    throw new KernelscopeError('USAGE', 'invalid transform', { cause })
  }
}

/**
 * Answers with an image under a pixel transform.
 *
 * @throws USAGE where the transform is not valid
 * @throws FILE_MISSING where the file was not opened since the engine started
 */
export async function transformedPicture(
  session: EngineSession,
  { image, size, transform: text }: { image: string; size: GallerySize; transform: string },
  signal: AbortSignal,
): Promise<ByteAnswer> {
  const chosen = transformOf(text)
  const source = sourceOf(session, image)
  const { path, imageKey } = source
  const preprocessing = geometryOf(source, size)
  return png(
    await remembered(`${imageKey} ${size} ${text}`, () =>
      session.pool.input({ path, imageKey, preprocessing, transform: chosen }, signal),
    ),
  )
}

/**
 * Answers with all frames of a perturbation in one PNG, one below the other.
 *
 * @throws FILE_MISSING where the file was not opened since the engine started
 */
export async function filmPicture(
  session: EngineSession,
  asked: { image: string; size: GallerySize; name: PerturbationName; seed: number; difficulty: number },
  signal: AbortSignal,
): Promise<ByteAnswer> {
  const { size, name, seed, difficulty } = asked
  const source = sourceOf(session, asked.image)
  const { path, imageKey } = source
  const transforms = Array.from({ length: frameCount(name) }, (_, frame) =>
    pixelTransform.parse({ op: 'perturbation', name, frame, seed, difficulty }),
  )
  const preprocessing = geometryOf(source, size)
  return png(
    await remembered(`${imageKey} ${size} film ${name} ${seed} ${difficulty}`, () =>
      session.pool.strip({ path, imageKey, preprocessing, transforms }, signal),
    ),
  )
}
