import { describe, expect, it } from 'vitest'
import * as bytes from '#shared/bytes.ts'
import { temporaryFolder } from '../../temporary.ts'
import { served } from '../served.ts'

const identity = '{"op":"identity"}'
const film = { name: 'brightness', seed: 0, difficulty: 1 }

/** One address of every kind that the page requests. */
const addresses = {
  thumbnailPath: bytes.thumbnailPath(7, 96),
  imagePath: bytes.imagePath(7),
  inputPath: bytes.inputPath(7, 3, 2),
  inputUnderPath: bytes.inputUnderPath(7, 3, identity),
  perturbedPath: bytes.perturbedPath(7, 3, 2, 'change'),
  kernelsPath: bytes.kernelsPath(3, 0, 'merged'),
  attentionPath: bytes.attentionPath('ab', 0, 'rollout'),
  saliencyPath: bytes.saliencyPath('ab', 'channels'),
  receptiveFieldPath: bytes.receptiveFieldPath('ab'),
  shownPath: bytes.shownPath('ab'),
  transformedPath: bytes.transformedPath(7, 'own', identity),
  filmPath: bytes.filmPath(7, 'benchmark', film),
  compositionPath: bytes.compositionPath(7, 1),
  filePiecePath: bytes.filePiecePath('0b0e3f0e-6c35-4c58-9d70-3a3bd0b1c1aa', 0),
}

describe('addresses of bytes', () => {
  it('are all tested here', () => {
    const made = Object.keys(bytes).filter((name) => name.endsWith('Path'))
    expect(Object.keys(addresses).sort()).toEqual(made.sort())
  })

  it.each(Object.entries(addresses))(
    'of %s are understood, and give 404 where their row does not exist',
    async (_, path) => {
      const { client, ask } = await served()
      await client.workspace.create({ path: `${temporaryFolder()}/workspace` })
      const { status, body } = await ask(path)
      expect([status, JSON.parse(body.toString())]).toEqual([
        404,
        expect.objectContaining({
          code: expect.stringMatching(/_NOT_FOUND$|^(?:MAP_EXPIRED|FILE_MISSING)$/) as string,
        }),
      ])
    },
  )

  it.each([
    ['of another root', '/files/image/1'],
    ['without a kind', '/bytes'],
    ['of an unknown kind', '/bytes/constructor/1'],
    ['without a row', '/bytes/image/../../etc/passwd'],
    ['without an image', '/bytes/thumbnail'],
    ['with an image that is not a number', '/bytes/image/seven'],
    ['without a model', '/bytes/input/7'],
    ['with a condition that is not a number', '/bytes/input/7?model=3&condition=x'],
    ['whose query repeats a part of the path', '/bytes/input/x?image=7&model=3'],
    ['without a layer', '/bytes/kernels/3'],
    ['with an unknown reading', '/bytes/attention/ab?layer=0&reading=last'],
  ])('%s are refused', async (_, path) => {
    const { ask } = await served()
    const { status, body } = await ask(path)
    expect([status, JSON.parse(body.toString())]).toMatchObject([400, { code: 'USAGE' }])
  })
})
