import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { classSets } from '#shared/classSets.ts'
import { detectLayout } from '#engine/datasets/index.ts'
import { imagenet1k } from '#engine/models/index.ts'
import { pack } from '../../packed.ts'
import { temporaryFolder } from '../../temporary.ts'

/** Writes empty files, because the recognition reads names only. */
function files(folder: string, names: readonly string[]): string {
  const root = join(temporaryFolder(), folder)
  for (const name of names) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), '')
  }
  return root
}

const [tench, goldfish, brambling] = ['n01440764', 'n01443537', 'n01530575']

describe('sets in class folders of ImageNet', () => {
  it('reads the folders of ImageNet-V2 as class indices, not in the order of their names', async () => {
    const root = files('imagenetv2-matched-frequency-format-val', [
      '0/a.jpeg',
      '1/a.jpeg',
      '10/b.jpeg',
      'notes/c.jpeg',
    ])
    const layout = await detectLayout(root)
    expect(layout).toMatchObject({ recognised: 'imagenet-v2', classes: [tench, goldfish, brambling] })
    expect(layout.expected).toMatchObject({ images: 10_000, perClass: 10 })
    expect(layout.placeOf('10/b.jpeg')).toEqual({ className: brambling, part: 'matched-frequency' })
    expect(layout.placeOf('notes/c.jpeg').className).toBeNull()
  })

  it('takes the three versions of ImageNet-V2 in one folder for its parts', async () => {
    const root = files('downloads', [
      'imagenetv2-matched-frequency-format-val/0/a.jpeg',
      'imagenetv2-threshold0.7-format-val/1/a.jpeg',
      'imagenetv2-top-images-format-val/10/a.jpeg',
      'notes/readme.txt',
    ])
    const { recognised, placeOf, expected } = await detectLayout(root)
    expect(recognised).toBe('imagenet-v2')
    expect(expected.parts).toEqual(['matched-frequency', 'threshold-0.7', 'top-images'])
    expect(placeOf('imagenetv2-threshold0.7-format-val/1/a.jpeg')).toEqual({
      className: goldfish,
      part: 'threshold-0.7',
    })
    expect(placeOf('imagenetv2-top-images-format-val/10/a.jpeg')).toEqual({
      className: brambling,
      part: 'top-images',
    })
  })

  it('takes a thousand folders of numbers for ImageNet-V2 whatever the folder is called, and ten for plain classes', async () => {
    const numbered = (count: number) => Array.from({ length: count }, (_, index) => `${index}/a.png`)
    const layout = await detectLayout(files('download', numbered(1000)))
    expect(layout.recognised).toBe('imagenet-v2')
    expect(layout.classes).toEqual(imagenet1k().wnids)
    expect(layout.placeOf('999/a.png')).toEqual({ className: imagenet1k().wnids[999], part: null })
    expect((await detectLayout(files('digits', numbered(10)))).recognised).toBe('folders')
  })

  it('tells ImageNet-Sketch by its images, and packed in its zip', async () => {
    const names = [`sketch/${tench}/sketch_0.JPEG`, `sketch/${goldfish}/sketch_12.JPEG`]
    const root = files('download', names)
    for (const path of [
      root,
      join(root, 'sketch'),
      await pack(join(temporaryFolder(), 'Drawings.zip'), root, names),
    ]) {
      const layout = await detectLayout(path)
      expect(layout).toMatchObject({ recognised: 'imagenet-sketch', classes: [tench, goldfish] })
      expect(layout.expected.images).toBe(50_889)
    }
  })

  it('tells others by the name of their folder, with their variations as parts', async () => {
    const stylized = await detectLayout(
      files('Stylized-ImageNet', [`val/${tench}/ILSVRC2012_val_1.png`, `train/${tench}/a.png`]),
    )
    expect(stylized.recognised).toBe('imagenet-stylized')
    expect(stylized.placeOf(`val/${tench}/ILSVRC2012_val_1.png`)).toEqual({ className: tench, part: null })
    expect(stylized.placeOf(`train/${tench}/a.png`).className).toBeNull()
    const edited = await detectLayout(
      files('ImageNet-E', [`size_0.1/${tench}/a.JPEG`, `direction/${goldfish}/a.JPEG`]),
    )
    expect(edited).toMatchObject({ recognised: 'imagenet-e', classes: [tench, goldfish] })
    expect(edited.placeOf(`size_0.1/${tench}/a.JPEG`)).toEqual({ className: tench, part: 'size_0.1' })
    expect((await detectLayout(files('imagenet-hard', [`${tench}/a.png`]))).recognised).toBe('imagenet-hard')
  })

  it('leaves ordinary images alone', async () => {
    const names = [`${tench}/ILSVRC2012_val_00000001.JPEG`, `${goldfish}/ILSVRC2012_val_00000002.JPEG`]
    for (const folder of ['val', 'imagenet-extra', 'sketches'])
      expect((await detectLayout(files(folder, names))).recognised).toBe('imagenet-val')
  })

  it('says of every set where its numbers are from', () => {
    for (const { source, images } of classSets) {
      expect(source).toMatch(/20\d\d/)
      expect(images === null || images > 0).toBe(true)
    }
  })
})
