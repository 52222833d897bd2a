import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import type { Dataset } from '#shared/contract/index.ts'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { detectLayout } from '#engine/datasets/index.ts'
import { classSubsets, imagenet1k } from '#engine/models/index.ts'
import { resourcePath } from '#engine/base/resources.ts'
import { temporaryFolder } from '../../temporary.ts'
import { addDataset } from '../studies/sample.ts'

let picture: (shade: number) => Buffer
const shades = new Map<number, Buffer>()
beforeAll(async () => {
  for (let shade = 0; shade < 40; shade++)
    shades.set(
      shade,
      await sharp({ create: { width: 8, height: 8, channels: 3, background: { r: 6 * shade, g: 0, b: 0 } } })
        .png()
        .toBuffer(),
    )
  picture = (shade) => shades.get(shade) ?? Buffer.alloc(0)
})

/** Writes empty files, because the recognition reads names only. */
function files(
  root: string,
  names: readonly string[],
  content: (index: number) => Buffer = () => Buffer.alloc(0),
) {
  for (const [index, name] of names.entries()) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), content(index))
  }
  return root
}

const wnids = (indices: readonly number[]) => indices.map((index) => imagenet1k().wnids[index] ?? '')

async function indexed(root: string): Promise<{ dataset: Dataset; engine: Engine }> {
  const engine = await createEngine()
  onTestFinished(() => engine.close())
  await engine.client.workspace.create({ path: join(temporaryFolder(), 'workspace') })
  const id = await addDataset(engine.client, root)
  return { dataset: await engine.client.datasets.get({ id }), engine }
}

describe('recognising a dataset by its structure', () => {
  it.each([
    ['imagenet-a', 'imagenetA'],
    ['imagenet-r', 'imagenetR'],
    ['imagenet-o', 'imagenetO'],
  ] as const)('tells %s by its 200 class folders, whatever the folder is called', async (kind, subset) => {
    const root = files(
      join(temporaryFolder(), 'download'),
      wnids(classSubsets()[subset]).map((wnid) => `${wnid}/a.jpg`),
    )
    const layout = await detectLayout(root)
    expect(layout).toMatchObject({ recognised: kind, kind: 'folders' })
    expect(layout.expected.classes).toHaveLength(200)
  })

  it('uses the name of the folder where only some classes are there', async () => {
    const some = wnids(classSubsets().imagenetR.slice(0, 30)).map((wnid) => `${wnid}/a.jpg`)
    const named = files(join(temporaryFolder(), 'imagenet-r'), some)
    const plain = files(join(temporaryFolder(), 'pictures'), some)
    expect((await detectLayout(named)).recognised).toBe('imagenet-r')
    expect((await detectLayout(plain)).recognised).toBe('imagenet-val')
  })

  it('reads corruption and severity from the path, below archive folders or in the folder of one corruption', async () => {
    const [cat = '', dog = ''] = wnids([281, 151])
    const root = files(join(temporaryFolder(), 'ImageNet-C'), [
      `noise/gaussian_noise/1/${cat}/a.JPEG`,
      `noise/gaussian_noise/5/${dog}/a.JPEG`,
      `blur/defocus_blur/3/${cat}/a.JPEG`,
    ])
    const whole = await detectLayout(root)
    expect(whole).toMatchObject({ recognised: 'imagenet-c', classes: [dog, cat] })
    expect(whole.placeOf(`blur/defocus_blur/3/${cat}/a.JPEG`)).toEqual({
      className: cat,
      part: 'defocus_blur/3',
    })
    const one = await detectLayout(join(root, 'noise', 'gaussian_noise'))
    expect(one.recognised).toBe('imagenet-c')
    expect(one.placeOf(`5/${dog}/a.JPEG`)).toEqual({ className: dog, part: 'gaussian_noise/5' })
  })

  it('recognises CIFAR-10 and its corrupted version by their ten classes', async () => {
    const names = 'airplane automobile bird cat deer dog frog horse ship truck'.split(' ')
    const plain = files(
      join(temporaryFolder(), 'test'),
      names.map((name) => `${name}/0.png`),
    )
    const corrupted = files(
      join(temporaryFolder(), 'corrupted'),
      names.map((name) => `fog/1/${name}/0.png`),
    )
    expect((await detectLayout(plain)).recognised).toBe('cifar-10')
    expect(await detectLayout(corrupted)).toMatchObject({
      recognised: 'cifar-10-c',
      expected: { images: 10000 },
    })
  })

  it('distinguishes ImageNet-P from ImageNet-C, and videos from frames', async () => {
    const root = files(join(temporaryFolder(), 'P'), [
      'gaussian_noise/n01440764/seq1/000.png',
      'translate/n01440764/seq1/000.png',
    ])
    const frames = await detectLayout(root)
    expect(frames).toMatchObject({ recognised: 'imagenet-p', videos: false })
    expect(frames.placeOf('translate/n01440764/seq1/000.png')).toEqual({
      className: 'n01440764',
      part: 'translate',
    })
    const videos = await detectLayout(
      files(join(temporaryFolder(), 'P'), ['rotate/n01440764/ILSVRC2012_val_1.mp4']),
    )
    expect(videos).toMatchObject({ recognised: 'imagenet-p', videos: true })
  })

  it('recognises the variations of ImageNet-9, with and without val', async () => {
    const root = files(join(temporaryFolder(), 'bg'), [
      'mixed_same/val/00_dog/a.png',
      'mixed_rand/val/01_bird/a.png',
      'fg_mask/val/00_dog/a.npy',
    ])
    const layout = await detectLayout(root)
    expect(layout).toMatchObject({ recognised: 'imagenet-9', classes: ['00_dog', '01_bird'] })
    expect(layout.placeOf('mixed_rand/val/01_bird/a.png')).toEqual({
      className: '01_bird',
      part: 'mixed_rand',
    })
  })

  it('labels flat validation files with the known files of labels', async () => {
    const names = ['ILSVRC2012_val_00000001.JPEG', 'ILSVRC2012_val_00000002.JPEG']
    const caffe = files(join(temporaryFolder(), 'val'), names)
    writeFileSync(join(caffe, 'val.txt'), `${names[0]} 65\n${names[1]} 970\n`)
    const kaggle = files(join(temporaryFolder(), 'val'), names)
    writeFileSync(
      join(dirname(kaggle), 'LOC_val_solution.csv'),
      'ImageId,PredictionString\nILSVRC2012_val_00000001,n01751748 111 108 498 392 \nILSVRC2012_val_00000002,n09193705 1 2 3 4 n09193705 5 6 7 8 \n',
    )
    for (const root of [caffe, kaggle]) {
      const layout = await detectLayout(root)
      expect(layout.recognised).toBe('imagenet-val')
      expect(names.map((name) => layout.placeOf(name).className)).toEqual(['n01751748', 'n09193705'])
    }
  })

  it('refuses the numbers of the devkit without its meta.mat', async () => {
    const root = files(join(temporaryFolder(), 'val'), ['ILSVRC2012_val_00000001.JPEG'])
    writeFileSync(join(root, 'ILSVRC2012_validation_ground_truth.txt'), '490\n')
    await expect(detectLayout(root)).rejects.toMatchObject({ code: 'DATASET_LABELS' })
  })

  it('reads the order of the devkit ids from its meta.mat, and refuses another file', async () => {
    const root = files(join(temporaryFolder(), 'val'), ['ILSVRC2012_val_00000001.JPEG'])
    writeFileSync(join(root, 'ILSVRC2012_validation_ground_truth.txt'), '3\n')
    // MATLAB 5: a header of 128 bytes, then one compressed element (type 15). The ids are in the reverse order of the folders.
    const matFile = (wnids: readonly string[]) => {
      const data = deflateSync(Buffer.from(wnids.join('; '), 'utf16le'))
      const tag = Buffer.alloc(8)
      tag.writeUInt32LE(15, 0)
      tag.writeUInt32LE(data.length, 4)
      return Buffer.concat([Buffer.alloc(128), tag, data])
    }
    const backwards = [...imagenet1k().wnids].reverse()
    writeFileSync(join(root, 'meta.mat'), matFile([...backwards, 'n99999999']))
    const layout = await detectLayout(root)
    expect(layout.placeOf('ILSVRC2012_val_00000001.JPEG').className).toBe(backwards[2])
    writeFileSync(join(root, 'meta.mat'), matFile(backwards.slice(1)))
    await expect(detectLayout(root)).rejects.toMatchObject({ code: 'DATASET_LABELS' })
  })

  it('recognises every suite of the sample by its structure', async () => {
    const suites = { A: 'imagenet-a', R: 'imagenet-r', O: 'imagenet-o', '9': 'imagenet-9', val: 'folders' }
    for (const [name, kind] of Object.entries(suites))
      expect((await detectLayout(resourcePath('sample', 'suites', name))).recognised).toBe(kind)
    const subsets = z
      .object({ A: z.array(z.int()) })
      .parse(JSON.parse(readFileSync(resourcePath('sample', 'subsets.json'), 'utf8')))
    expect((await detectLayout(resourcePath('sample', 'suites', 'A'))).expected.classes).toHaveLength(
      subsets.A.length,
    )
  })
})

describe('the report of a dataset', () => {
  it('lists missing, unknown, duplicate and contradicting images and classes', async () => {
    const inside = wnids(classSubsets().imagenetA)
    const root = files(
      join(temporaryFolder(), 'imagenet-a'),
      [
        ...inside.slice(0, 20).map((wnid) => `${wnid}/a.png`),
        `${inside[0]}/copy.png`,
        `${inside[1]}/other.png`,
        'leftovers/b.png',
        'stray.png',
      ],
      (index) => picture([20, 21].includes(index) ? 0 : index),
    )
    const { dataset } = await indexed(root)
    expect(dataset.recognised).toBe('imagenet-a')
    expect(dataset.report).toMatchObject({
      expected: 7500,
      found: 24,
      unreadable: 0,
      unlabelled: 1,
      duplicates: 1,
      contradictions: 1,
      unknownClasses: ['leftovers'],
    })
    expect(dataset.report?.missingClasses).toHaveLength(180)
    expect(dataset.report?.remarks.join('\n')).toContain('leftovers')
  })

  it('counts the parts, and names missing parts and parts with fewer images', async () => {
    const root = files(
      join(temporaryFolder(), 'C'),
      ['gaussian_noise/1/cat/a.png', 'gaussian_noise/1/cat/b.png', 'fog/2/cat/a.png'],
      picture,
    )
    const { dataset, engine } = await indexed(root)
    expect(dataset.parts).toEqual([
      { name: 'gaussian_noise/1', images: 2 },
      { name: 'fog/2', images: 1 },
    ])
    expect(dataset.report?.missingParts).toHaveLength(93)
    expect(dataset.report?.remarks).toContain('Parts with fewer than 2 images: fog/2 (1).')
    const missing = dataset.report?.remarks.find((remark) => remark.startsWith('Missing parts'))
    expect(missing).toContain(
      'gaussian_noise/2, gaussian_noise/3, gaussian_noise/4, gaussian_noise/5, shot_noise, impulse_noise, defocus_blur',
    )
    const { rows } = await engine.client.datasets.images({
      datasetId: dataset.id,
      filter: { parts: ['fog/2'] },
    })
    expect(rows).toMatchObject([{ name: 'fog/2/cat/a.png', part: 'fog/2', className: 'cat' }])
  })

  it('names validation folders with wrong counts or with files of another set', async () => {
    const [first = '', second = '', third = ''] = imagenet1k().wnids
    const root = files(
      join(temporaryFolder(), 'val'),
      [
        ...Array.from(
          { length: 50 },
          (_, i) => `${first}/ILSVRC2012_val_${String(i + 1).padStart(8, '0')}.png`,
        ),
        `${second}/ILSVRC2012_val_00000060.png`,
        `${third}/${third}_7.png`,
      ],
      picture,
    )
    const { dataset } = await indexed(root)
    expect(dataset.recognised).toBe('imagenet-val')
    const remarks = dataset.report?.remarks.join('\n')
    expect(remarks).toContain(`Classes without exactly 50 images: ${second} (1), ${third} (1).`)
    expect(remarks).toContain(`1 of the 52 files looked at are not named like validation images (${third}/`)
    expect(remarks).toContain('52 images; the published set has 50000.')
  })

  it('counts the lines of a CSV that contradict each other or lack a value', async () => {
    const root = files(join(temporaryFolder(), 'flat'), ['a.png', 'b.png'], picture)
    writeFileSync(join(root, 'labels.csv'), 'file,label\na.png,cat\na.png,dog\nb.png,cat\nb.png,cat\n,cat\n')
    const { dataset } = await indexed(root)
    const remarks = dataset.report?.remarks.join('\n')
    expect(remarks).toContain('1 files have two labels in the CSV; the last one counts: a.png.')
    expect(remarks).toContain('1 lines of the CSV name a file again.')
    expect(remarks).toContain('1 lines of the CSV lack a file or a label')
  })

  it('reads class and part from a CSV', async () => {
    const root = files(join(temporaryFolder(), 'flat'), ['a.png', 'b.png', 'c.png'], picture)
    writeFileSync(
      join(root, 'labels.csv'),
      'file,label,part\na.png,cat,day\nb.png,cat,night\nd.png,dog,day\n',
    )
    const { dataset } = await indexed(root)
    expect(dataset).toMatchObject({
      recognised: 'csv',
      parts: [
        { name: 'day', images: 1 },
        { name: 'night', images: 1 },
      ],
    })
    expect(dataset.report).toMatchObject({ unlabelled: 1, found: 3 })
    expect(dataset.report?.remarks).toContain('1 image has no class and takes no part in studies.')
    expect(dataset.report?.remarks).toContain('1 files of the list are not there: d.png.')
  })

  it('says of a folder what is left out, has no image, or may be one level too high', async () => {
    const root = files(
      join(temporaryFolder(), 'own'),
      [
        'train/cat/a.png',
        'train/cat/b.JP2',
        'train/cat/c.heic',
        'train/cat/d.jp2',
        'val/cat/e',
        'logs/run.txt',
      ],
      picture,
    )
    const { dataset } = await indexed(root)
    expect(dataset.report?.remarks).toEqual([
      `The images lie one level deeper: train has the folders cat. If these are the classes, add ${join(root, 'train')} instead.`,
      '3 pictures of formats that are not read are left out: 1 .heic, 2 .jp2. Convert them to PNG.',
      '1 files without an ending, such as .png, are left out.',
      'Classes without an image: logs, val.',
    ])
  })

  it.each([
    ['whole paths', (root: string) => [`${root}/a.png`, `${root}/more/b.png`]],
    ['paths of another machine', () => ['C:\\data\\own\\a.png', 'C:\\data\\own\\more\\b.png']],
    ['names without an ending', () => ['a', 'b']],
  ])('finds images in a list of %s', async (what, named) => {
    const root = files(join(temporaryFolder(), 'flat'), ['a.png', 'more/b.png'], picture)
    const [a, b] = named(root)
    writeFileSync(join(root, 'labels.csv'), `image_id,class_name\n${a},cat\n${b},dog\n`)
    const { dataset } = await indexed(root)
    expect(dataset.classes.map(({ name, images }) => `${name} ${images}`)).toEqual(['cat 1', 'dog 1'])
    expect(dataset.report?.remarks).toEqual(
      what.includes('paths')
        ? [`2 images were found in the list behind other folders, as ${a?.replaceAll('\\', '/')}.`]
        : [],
    )
  })

  it('takes no image for one of the same name in another folder of a list, and says which column it reads', async () => {
    const root = files(join(temporaryFolder(), 'flat'), ['a.png', 'b.png'], picture)
    writeFileSync(
      join(root, 'labels.csv'),
      'file,label,class\ntrain/a.png,1,cat\nval/a.png,2,dog\nb.png,1,cat\n',
    )
    const { dataset } = await indexed(root)
    expect(dataset.classes.map(({ name, images }) => `${name} ${images}`)).toEqual(['1 1', '2 0'])
    expect(dataset.report?.remarks).toEqual([
      'Classes are those of the column label of the CSV; not read: class.',
      '2 images; the list names 3.',
      '1 image has no class and takes no part in studies.',
      'Classes without an image: 2.',
      '2 files of the list are not there: train/a.png, val/a.png.',
    ])
  })

  it('says which names of a list fit several images', async () => {
    const root = files(join(temporaryFolder(), 'flat'), ['a.png', 'u\u0308.png', 'more/a.png'], picture)
    writeFileSync(join(root, 'labels.csv'), 'file,label\na.png,cat\n\u00fc.png,dog\n')
    const { dataset } = await indexed(root)
    expect(dataset.classes.map(({ name, images }) => `${name} ${images}`)).toEqual(['cat 2', 'dog 1'])
    expect(dataset.report?.remarks).toContain(
      '1 names of the list fit several images, which all get its class: a.png.',
    )
  })

  it('says what of the images is lost when they are read', async () => {
    const root = files(join(temporaryFolder(), 'own'), ['cat/a.png'], picture)
    const grey = sharp(Uint16Array.of(9, 999, 9999, 65535), { raw: { width: 2, height: 2, channels: 1 } })
    await grey.toColourspace('grey16').png().toFile(join(root, 'cat/deep.png'))
    const image = sharp(picture(1))
    await image.clone().withMetadata({ orientation: 6 }).jpeg().toFile(join(root, 'cat/turned.jpg'))
    await image.clone().ensureAlpha(0.5).png().toFile(join(root, 'cat/alpha.png'))
    const { dataset } = await indexed(root)
    expect(dataset.report?.remarks).toEqual([
      "1 of the 4 images looked at have more than 8 bits a channel: grey is clipped at 255 and colours lose their low byte, as by Pillow's convert('RGB').",
      '1 of the 4 images looked at are turned by an EXIF orientation, which is ignored, as by torchvision.',
      "1 of the 4 images looked at have an alpha channel, which is dropped, as by Pillow's convert('RGB').",
    ])
  })
})
