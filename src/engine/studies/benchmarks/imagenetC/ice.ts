import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { digestAndMeasure, publishedIce, readPicture, type Picture } from '../../../images/index.ts'
import { keepPicture, keptPicture, type WorkspaceFiles } from '../../../workspace/index.ts'
import type { CorruptionParams } from './conditions.ts'

/** A picture of ice that a person has named. */
export interface NamedIce {
  path: string
  /** SHA-256 of the file, hex. */
  digest: string
  picture: Picture
}

const names = ['frost1', 'frost2', 'frost3', 'frost4', 'frost5'] as const

/** A picture must be larger than the window that is cut from it at 224 pixels. */
const leastSide = 225

const invalid = (text: string) =>
  new KernelscopeError('STUDY_PARAMS', `invalid icePictures: ${text}`, {
    hint: 'Name the folder with frost1.png, frost2.png, frost3.png, frost4.jpg and frost5.jpg of hendrycks/robustness, or leave it out.',
  })

/**
 * Reads the five pictures of a folder, by their names frost1 to frost5 with any ending of PNG or JPEG.
 *
 * @throws STUDY_PARAMS where the folder cannot be read, lacks a picture or has one that is too small or damaged
 */
export async function readIce(folder: string): Promise<NamedIce[]> {
  const files = await readdir(folder).catch(() => null)
  if (!files) throw invalid(`the folder cannot be read: ${folder}`)
  return Promise.all(
    names.map(async (name) => {
      const file = files.find((one) => new RegExp(`^${name}\\.(png|jpe?g)$`, 'i').test(one))
      if (file === undefined) throw invalid(`${folder} has no ${name}.png or ${name}.jpg`)
      const path = join(folder, file)
      const read = async () => {
        const { digest } = await digestAndMeasure(path)
        return { path, digest, picture: await readPicture(path, digest) }
      }
      const found = await read().catch((error: unknown) => {
        throw error instanceof KernelscopeError ? invalid(error.message) : error
      })
      if (Math.min(found.picture.height, found.picture.width) < leastSide)
        throw invalid(`${file} is smaller than ${leastSide} pixels`)
      return found
    }),
  )
}

/** Widths and heights of the published pictures. */
const publishedSizes = [
  [900, 600],
  [560, 315],
  [560, 315],
  [527, 350],
  [660, 495],
] as const

/** How far a mean or a deviation of a colour may be from the published one, which is given to 0.1 and to 1. */
const allowed = { mean: 1, deviation: 1.5 }

/** Whether pictures have the sizes, and the means and deviations of red, green and blue, of the published ones. */
export const looksPublished = (pictures: readonly Picture[]): boolean =>
  pictures.every((picture, index) => {
    const [width, height] = publishedSizes[index] ?? [0, 0]
    const wanted = publishedIce[index]
    return (
      picture.width === width &&
      picture.height === height &&
      wanted !== undefined &&
      coloursOf(picture).every(
        ({ mean, deviation }, channel) =>
          Math.abs(mean - (wanted.mean[channel] ?? 0)) <= allowed.mean &&
          Math.abs(deviation - (wanted.deviation[channel] ?? 0)) <= allowed.deviation,
      )
    )
  })

/** Mean and standard deviation of red, green and blue, in 0 to 255. */
function coloursOf({ pixels }: Picture): { mean: number; deviation: number }[] {
  return [0, 1, 2].map((channel) => {
    let [sum, squares] = [0, 0]
    const count = pixels.length / 3
    for (let at = channel; at < pixels.length; at += 3) {
      const value = pixels[at] ?? 0
      sum += value
      squares += value * value
    }
    const mean = sum / count
    return { mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)) }
  })
}

/** Names the ice of images made here: the given pictures by their digests, or our own. */
export async function settledIce(
  chosen: CorruptionParams,
): Promise<Pick<CorruptionParams, 'icePictures' | 'ice' | 'iceLike'>> {
  if (!chosen.corruptions.includes('frost')) return { icePictures: null, ice: null, iceLike: null }
  if (chosen.icePictures === null) return { icePictures: null, ice: 'matched', iceLike: null }
  const found = await readIce(chosen.icePictures)
  return {
    icePictures: chosen.icePictures,
    ice: found.map(({ digest }) => digest),
    iceLike: looksPublished(found.map(({ picture }) => picture)) ? 'published' : 'others',
  }
}

/**
 * Keeps the pictures of a study in the workspace, and gives their paths there by digest.
 *
 * @throws FILE_MISSING where one is neither kept already nor in the folder
 */
export async function keepIce(
  workspace: WorkspaceFiles,
  { ice, icePictures }: Pick<CorruptionParams, 'ice' | 'icePictures'>,
): Promise<Map<string, string>> {
  const digests = Array.isArray(ice) ? ice : []
  const kept = () =>
    new Map(
      digests.flatMap((digest) => {
        const path = keptPicture(workspace, digest)
        return path === null ? [] : [[digest, path] as const]
      }),
    )
  const before = kept()
  const missing = digests.filter((digest) => !before.has(digest))
  if (missing.length === 0) return before
  const found = icePictures === null ? [] : await readIce(icePictures).catch(() => [])
  for (const digest of missing) {
    const named = found.find((one) => one.digest === digest)
    if (!named)
      throw new KernelscopeError('FILE_MISSING', `the picture of ice with sha256 ${digest} is gone`, {
        hint: `It was in ${icePictures ?? 'a folder'} when the study was made. Put it back, or make a new study.`,
      })
    await keepPicture(workspace, digest, named.path)
  }
  return kept()
}
