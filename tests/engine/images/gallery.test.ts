import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import {
  applyTransform,
  digestAndMeasure,
  frameText,
  preprocess,
  type Geometry,
} from '#engine/images/index.ts'
import { filmPath, transformedPath } from '#shared/bytes.ts'
import {
  canonicalPixelTransform,
  corruptionNames,
  frameCount,
  perturbationNames,
  type PixelTransform,
} from '#shared/transforms/index.ts'
import { temporaryFolder } from '../../temporary.ts'
import { served } from '../served.ts'

const photo = join(import.meta.dirname, 'goldens/geometry/photo.jpg')
const benchmark: Geometry = { size: [224, 224], resize: 'shorter', resizeTo: 256, interpolation: 'bilinear' }

const pixelsOf = async (png: Buffer) => sharp(png).raw().toBuffer({ resolveWithObject: true })
const fog: PixelTransform = {
  ...{ op: 'corruption', name: 'fog', severity: 3, seed: 4, jpeg: true, variant: 'published' },
}

describe('the gallery', () => {
  it('shows the pixels that a study would measure, for a file outside any dataset', async () => {
    const { client, ask } = await served()
    const { key, width, height } = await client.gallery.file({ path: photo })
    const { digest } = await digestAndMeasure(photo)
    expect(key).toBe(digest)
    const { status, body } = await ask(transformedPath(key, 'benchmark', canonicalPixelTransform(fog)))
    expect(status).toBe(200)
    const expected = await applyTransform(await preprocess(photo, benchmark), fog, { imageKey: digest })
    const { data, info } = await pixelsOf(body)
    expect([info.height, info.width]).toEqual([224, 224])
    expect(data.equals(Buffer.from(expected.pixels))).toBe(true)
    // The second request is answered from the cache.
    expect(
      (await ask(transformedPath(key, 'benchmark', canonicalPixelTransform(fog)))).body.equals(body),
    ).toBe(true)
    const own = await pixelsOf(
      (await ask(transformedPath(key, 'own', canonicalPixelTransform({ op: 'identity' })))).body,
    )
    expect([own.info.height, own.info.width]).toEqual([height, width])
  })

  it('gives all frames of a sequence in one picture, one below the other', async () => {
    const { client, ask } = await served()
    const { key } = await client.gallery.file({ path: photo })
    const { body } = await ask(filmPath(key, 'benchmark', { name: 'brightness', seed: 0, difficulty: 1 }))
    const { data, info } = await pixelsOf(body)
    expect([info.height, info.width]).toEqual([31 * 224, 224])
    const clean = await preprocess(photo, benchmark)
    const size = clean.pixels.length
    for (const frame of [0, 15, 30]) {
      const transform: PixelTransform = {
        op: 'perturbation',
        name: 'brightness',
        frame,
        seed: 0,
        difficulty: 1,
      }
      const { pixels } = await applyTransform(clean, transform, { imageKey: key })
      expect(data.subarray(frame * size, (frame + 1) * size).equals(Buffer.from(pixels))).toBe(true)
    }
    // The frame with V + 0, in the middle of the sequence, is the clean picture.
    expect(data.subarray(15 * size, 16 * size).equals(Buffer.from(clean.pixels))).toBe(true)
  })

  it.each([
    ['an unknown file', transformedPath('0'.repeat(64), 'own', canonicalPixelTransform(fog)), 404],
    ['no transform', '/bytes/transformed/1?size=own', 400],
    ['no transform that is known', transformedPath(1, 'own', '{"op":"melt"}'), 400],
    ['text that is no JSON', transformedPath(1, 'own', '{'), 400],
    ['a film of an unknown perturbation', '/bytes/film/1?name=melt&seed=0', 400],
    [
      'a path for an image',
      '/bytes/transformed/..%2Fetc%2Fpasswd?transform=%7B%22op%22%3A%22identity%22%7D',
      404,
    ],
  ])('refuses %s', async (_, path, status) => {
    const { ask } = await served()
    expect((await ask(path)).status).toBe(status)
  })

  it('refuses a file that is not an image', async () => {
    const { client } = await served()
    const path = join(temporaryFolder(), 'text.png')
    copyFileSync(import.meta.filename, path)
    await expect(client.gallery.file({ path })).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' })
  })

  it('lists every corruption with its parameters and every frame with its description', async () => {
    const { client } = await served()
    const { corruptions, perturbations } = await client.gallery.catalogue()
    expect(corruptions.map(({ name }) => name)).toEqual(corruptionNames)
    for (const { parameters } of corruptions)
      for (const { values } of parameters) expect(values).toHaveLength(5)
    const of = (name: string) => corruptions.find((entry) => entry.name === name)?.parameters
    expect(of('gaussian_noise')?.[0]?.values).toEqual(['0.08', '0.12', '0.18', '0.26', '0.38'])
    expect(of('elastic_transform')?.[0]?.values).toEqual(['488', '488', '12.2', '17.08', '29.28'])
    expect(of('zoom_blur')?.[1]?.values).toEqual(['1.11', '1.15', '1.20', '1.24', '1.30'])
    expect(perturbations.map(({ name }) => name)).toEqual(perturbationNames)
    for (const { name, frames } of perturbations) expect(frames).toHaveLength(frameCount(name))
    expect(frameText('translate', 0)).toBe('−20 px')
    expect(frameText('rotate', 30)).toBe('+15°')
    expect(frameText('scale', 24)).toBe('1.000 times')
    expect(() => frameText('scale', 31)).toThrow('invalid frame')
  })
})
