import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { detectLayout } from '#engine/datasets/index.ts'
import { packFolder } from '../../packed.ts'
import { temporaryFolder } from '../../temporary.ts'

const file = {
  format: 'kernelscope-conditions',
  version: 1,
  axis: 'Distance',
  unit: 'm',
  levels: [
    { folder: 'near', value: 1 },
    { folder: 'far/away', value: 10 },
  ],
  baseline: 'studio',
}

/** Writes empty images and a conditions.json, because the recognition reads names only. */
function world(json: unknown, names = ['studio/cat/1.png', 'near/cat/1.jpg', 'far/away/dog/x/2.png']) {
  const root = join(temporaryFolder(), 'mine')
  for (const name of names) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), '')
  }
  writeFileSync(join(root, 'conditions.json'), typeof json === 'string' ? json : JSON.stringify(json))
  return root
}

describe('a folder with a conditions.json', () => {
  it('is recognised, its folders are parts, and the folders below are classes', async () => {
    const layout = await detectLayout(world(file))
    expect(layout).toMatchObject({ recognised: 'conditions', classes: ['cat', 'dog'], conditions: file })
    expect(layout.expected.parts).toEqual(['studio', 'near', 'far/away'])
    expect(layout.placeOf('far/away/dog/x/2.png')).toEqual({ part: 'far/away', className: 'dog' })
    expect(layout.placeOf('near/3.png')).toEqual({ part: 'near', className: null })
    expect(layout.placeOf('far/dog/3.png')).toEqual({ part: null, className: null })
  })

  it('is recognised inside a tar too', async () => {
    const root = world(file)
    const tar = join(temporaryFolder(), 'mine.tar')
    await packFolder(tar, root)
    const layout = await detectLayout(tar)
    expect(layout).toMatchObject({ recognised: 'conditions', conditions: { axis: 'Distance' } })
  })

  it('with a file of that name of another program is what it is without', async () => {
    expect((await detectLayout(world({ rooms: 3 }))).recognised).toBe('folders')
  })

  it.each([
    ['{"levels": [', /conditions\.json: .*JSON/],
    [{ ...file, levels: [{ folder: '../secret' }] }, /levels\.0\.folder: must be a folder below/],
    [{ ...file, levels: [{ folder: 'near' }, { folder: 'near' }] }, /levels\.1\.folder: near is named twice/],
    [{ ...file, levels: [{ folder: 'studio/a' }] }, /studio\/a lies in studio/],
    [{ ...file, levels: [{ folder: 'near', value: 1 }, { folder: 'far' }] }, /all levels need a value/],
    [
      {
        ...file,
        levels: [
          { folder: 'near', value: 1 },
          { folder: 'far', value: 1 },
        ],
      },
      /the same value/,
    ],
    [{ ...file, axes: 'x' }, /axes/],
  ])('%j is refused with the place', async (json, message) => {
    await expect(detectLayout(world(json))).rejects.toMatchObject({
      code: 'DATASET_LABELS',
      message: expect.stringMatching(message),
    })
  })

  it('without class folders is refused with an example', async () => {
    await expect(detectLayout(world(file, ['near/1.png']))).rejects.toMatchObject({
      code: 'DATASET_EMPTY',
      hint: expect.stringContaining('studio/cat/1.png'),
    })
  })
})
