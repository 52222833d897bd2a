import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { detectLayout } from '#engine/datasets/index.ts'
import { imagenet9Variations } from '#engine/datasets/kinds/imagenet9.ts'
import { classSubsets, imagenet1k } from '#engine/models/index.ts'
import { pack } from '../../packed.ts'
import { temporaryFolder } from '../../temporary.ts'

const wnids = (indices: readonly number[]) => indices.map((index) => imagenet1k().wnids[index] ?? '')
const [cat = '', dog = ''] = wnids([281, 151])

/** Writes empty files, because the recognition reads names only. */
function folderOf(names: readonly string[]): string {
  const root = join(temporaryFolder(), 'download')
  for (const name of names) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), '')
  }
  return root
}

/** Images of a folder by their paths, in the order of their names. */
const filesIn = (root: string): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /^[^.].*\.(png|jpe?g)$/i.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()

interface Download {
  /** Files of the unpacked dataset. */
  files: string[]
  /** Archives by name, each with what is packed of the folder. */
  archives: Record<string, string[]>
  /** The folder that one would choose after unpacking. */
  unpacked: string
  recognised: string
}

const downloads: Record<string, Download> = {
  'ImageNet-A': {
    files: wnids(classSubsets().imagenetA).map((wnid) => `imagenet-a/${wnid}/a.jpg`),
    archives: { 'imagenet-a.tar': ['imagenet-a'] },
    unpacked: 'imagenet-a',
    recognised: 'imagenet-a',
  },
  'ImageNet-R, with the files beside its folders': {
    files: [
      ...wnids(classSubsets().imagenetR).map((wnid) => `imagenet-r/${wnid}/art_0.jpg`),
      'imagenet-r/README.txt',
      'imagenet-r/.DS_Store',
      `imagenet-r/${cat}/._art_0.jpg`,
    ],
    archives: { 'imagenet-r.tar': ['imagenet-r'] },
    unpacked: 'imagenet-r',
    recognised: 'imagenet-r',
  },
  'ImageNet-O': {
    files: [
      ...wnids(classSubsets().imagenetO).map((wnid) => `imagenet-o/${wnid}/a.JPEG`),
      'imagenet-o/README.txt',
    ],
    archives: { 'imagenet-o.tar': ['imagenet-o'] },
    unpacked: 'imagenet-o',
    recognised: 'imagenet-o',
  },
  'frames of ImageNet-P': {
    files: [`rotate/${cat}/a/0.png`, `rotate/${cat}/a/1.png`, `shot_noise_2/${dog}/b/0.png`],
    archives: { 'digital.tar': ['rotate'], 'noise_severity_2.tar': ['shot_noise_2'] },
    unpacked: '.',
    recognised: 'imagenet-p',
  },
  'the archives of ImageNet-C': {
    files: [`gaussian_noise/1/${cat}/a.JPEG`, `shot_noise/5/${dog}/a.JPEG`, `fog/3/${cat}/a.JPEG`],
    archives: { 'noise.tar': ['gaussian_noise', 'shot_noise'], 'weather.tar': ['fog'] },
    unpacked: '.',
    recognised: 'imagenet-c',
  },
  'one corruption of ImageNet-C': {
    files: [`fog/3/${cat}/a.JPEG`, `fog/4/${dog}/a.JPEG`],
    archives: { 'some.tar': ['fog'] },
    unpacked: 'fog',
    recognised: 'imagenet-c',
  },
  'ImageNet-9, all variations': {
    files: imagenet9Variations.flatMap((name) => [
      `bg_challenge/${name}/val/00_dog/a.JPEG`,
      `bg_challenge/${name}/val/01_bird/b.JPEG`,
      `bg_challenge/${name}/in_to_in9.json`,
    ]),
    archives: { 'backgrounds_challenge_data.tar': ['bg_challenge'] },
    unpacked: 'bg_challenge',
    recognised: 'imagenet-9',
  },
  'validation images in class folders': {
    files: [`val/${cat}/ILSVRC2012_val_1.JPEG`, `val/${dog}/ILSVRC2012_val_2.JPEG`],
    archives: { 'imagenet.zip': [`val/${cat}/ILSVRC2012_val_1.JPEG`, `val/${dog}/ILSVRC2012_val_2.JPEG`] },
    unpacked: 'val',
    recognised: 'imagenet-val',
  },
  'plain class folders': {
    files: ['red/a.png', 'red/b.png', 'blue/a.png'],
    archives: { 'colours.tar': ['red', 'blue'] },
    unpacked: '.',
    recognised: 'folders',
  },
  'class folders in numbered shards': {
    files: ['red/a.png', 'red/b.png', 'blue/a.png'],
    archives: { 'shard-00.tar': ['red/a.png', 'blue'], 'shard-01.tar': ['red/b.png'] },
    unpacked: '.',
    recognised: 'folders',
  },
}

describe('archives are recognised as what they would be unpacked into:', () => {
  it.each(Object.entries(downloads))('%s', async (_, { files, archives, unpacked, recognised }) => {
    const root = folderOf(files)
    const folder = join(temporaryFolder(), 'archives')
    mkdirSync(folder)
    for (const [name, packed] of Object.entries(archives)) await pack(join(folder, name), root, packed)
    const wanted = await detectLayout(join(root, unpacked))
    expect(wanted.recognised).toBe(recognised)
    const alone = Object.keys(archives).length === 1
    for (const path of alone ? [folder, join(folder, Object.keys(archives)[0] ?? '')] : [folder]) {
      const found = await detectLayout(path)
      expect(found).toMatchObject({
        recognised,
        kind: wanted.kind,
        classes: wanted.classes,
        expected: wanted.expected,
      })
      const places = []
      for await (const { name, bytes } of found.files?.() ?? []) {
        const inside = name.replace(/^[\w-]+\.(tar|zip)\//, '')
        const below = relative(unpacked, inside)
        expect(bytes).toBe(0)
        expect(found.placeOf(name)).toEqual(wanted.placeOf(below))
        places.push(inside)
      }
      expect(places.sort()).toEqual(filesIn(root))
    }
  })

  it('an archive of the training images of a class is a class folder', async () => {
    const root = folderOf([`${cat}_1.JPEG`, `${cat}_2.JPEG`, `${dog}_1.JPEG`])
    const classes = join(temporaryFolder(), 'train')
    mkdirSync(classes)
    await pack(join(classes, `${cat}.tar`), root, [`${cat}_1.JPEG`, `${cat}_2.JPEG`])
    await pack(join(classes, `${dog}.tar`), root, [`${dog}_1.JPEG`])
    const whole = await pack(join(temporaryFolder(), 'ILSVRC2012_img_train.tar'), classes, [
      `${cat}.tar`,
      `${dog}.tar`,
    ])
    for (const path of [classes, whole]) {
      const layout = await detectLayout(path)
      expect(layout).toMatchObject({ recognised: 'imagenet-val', classes: [dog, cat] })
      expect(layout.placeOf(`${cat}.tar/${cat}_2.JPEG`).className).toBe(cat)
    }
  })

  it('flat validation images take their classes from the packed devkit, or from a list, beside their archive', async () => {
    const names = ['ILSVRC2012_val_00000001.JPEG', 'ILSVRC2012_val_00000002.JPEG']
    const downloaded = temporaryFolder()
    const archive = await pack(join(downloaded, 'ILSVRC2012_img_val.tar'), folderOf(names), names)
    const places = async (path: string, prefix: string) => {
      const { placeOf, recognised } = await detectLayout(path)
      return [recognised, ...names.map((name) => placeOf(prefix + name).className)]
    }
    expect(await places(archive, '')).toEqual(['unlabelled', null, null])
    const devkit = folderOf(['x'])
    const data = join(devkit, 'ILSVRC2012_devkit_t12', 'data')
    mkdirSync(data, { recursive: true })
    writeFileSync(join(data, 'ILSVRC2012_validation_ground_truth.txt'), '3\n1\n')
    const backwards = [...imagenet1k().wnids].reverse()
    writeFileSync(join(data, 'meta.mat'), matFile(backwards))
    await pack(join(downloaded, 'ILSVRC2012_devkit_t12.tar.gz'), devkit, ['ILSVRC2012_devkit_t12'])
    const wanted = ['imagenet-val', backwards[2], backwards[0]]
    expect(await places(archive, '')).toEqual(wanted)
    expect(await places(downloaded, 'ILSVRC2012_img_val.tar/')).toEqual(wanted)
    writeFileSync(join(downloaded, 'val.txt'), `${names[0]} 65\n${names[1]} 970\n`)
    expect(await places(archive, '')).toEqual(['imagenet-val', 'n01751748', 'n09193705'])
  })

  it('archives beside images or class folders change nothing', async () => {
    const root = folderOf(['red/a.png', 'blue/a.png'])
    await pack(join(root, 'red.tar'), root, ['red'])
    expect(await detectLayout(root)).toMatchObject({
      classes: ['blue', 'red'],
      reason: expect.stringContaining('2 subfolders') as string,
    })
  })
})

describe('a WebDataset', () => {
  /** Shards of images `00.jpg` …, each with the file that `label` makes of its number. */
  async function shards(
    label: (n: number) => Record<string, string>,
    count = 6,
    names = 'set-{}.tar',
  ): Promise<string> {
    const files = Array.from({ length: count }, (_, n) => {
      const key = String(n).padStart(2, '0')
      return [
        [`${key}.jpg`, ''],
        ...Object.entries(label(n)).map(([ending, text]) => [`${key}.${ending}`, text]),
      ]
    })
    const root = folderOf(['x'])
    const place = join(temporaryFolder(), 'shards')
    mkdirSync(place)
    for (const [name = '', text = ''] of files.flat()) writeFileSync(join(root, name), text)
    for (const shard of [0, 1]) {
      const own = files.slice((shard * count) / 2, ((shard + 1) * count) / 2).flat()
      await pack(
        join(place, names.replace('{}', `00000${shard}`)),
        root,
        own.map(([name = '']) => name),
      )
    }
    return place
  }
  const third = 'set-000001.tar/03.jpg'

  it.each<[string, (n: number) => Record<string, string>, string | null]>([
    ['a number in .cls', (n) => ({ cls: `${n % 3}\n` }), '0'],
    ['a name in .cls, before that in .txt', (n) => ({ cls: `kind ${n % 3}`, txt: 'a photo' }), 'kind 0'],
    ['a number in .json', (n) => ({ json: JSON.stringify({ width: 4, label: n % 3 }) }), '0'],
    [
      'a WordNet id in .json',
      (n) => ({ json: JSON.stringify({ label: 7, wnid: n === 3 ? cat : dog }) }),
      cat,
    ],
    ['a name in .txt', (n) => ({ txt: `sea/lake ${n % 2}` }), 'sea_lake 1'],
    ['a .json that names no class', () => ({ json: '{"url": 3}' }), null],
    ['a .json that is broken, and a .txt', (n) => ({ json: '{', txt: `t${n % 2}` }), 't1'],
  ])('has its classes from %s', async (_, label, className) => {
    const { placeOf, reason, recognised } = await detectLayout(await shards(label))
    expect(placeOf(third).className).toBe(className)
    expect(reason.startsWith('WebDataset')).toBe(className !== null)
    expect(recognised).toBe(
      className === cat ? 'imagenet-val' : className === null ? 'unlabelled' : 'folders',
    )
  })

  it('has no classes where the texts say something else of each image', async () => {
    const layout = await detectLayout(await shards((n) => ({ txt: `a photo of number ${n}` }), 30))
    expect(layout).toMatchObject({ recognised: 'unlabelled', classes: [] })
  })

  it('has the names of a list beside it for its numbers', async () => {
    const place = await shards((n) => ({ cls: `${n % 2}` }))
    writeFileSync(join(place, 'classnames.txt'), 'sheep\ngoat\n')
    const layout = await detectLayout(place)
    expect(layout.classes).toEqual(['goat', 'sheep'])
    expect(layout.placeOf(third).className).toBe('goat')
  })

  it('of training and validation images gives the latter', async () => {
    const place = await shards((n) => ({ cls: `${n}` }), 6, 'x-val-{}.tar')
    await pack(join(place, 'x-train-000000.tar'), folderOf(['a.jpg', 'a.cls']), ['a.jpg', 'a.cls'])
    const layout = await detectLayout(place)
    expect(layout.classes).toHaveLength(6)
    expect(layout.remarks?.join()).toContain('1 archives of other images')
  })
})

/** A MATLAB 5 file: a header of 128 bytes, then one compressed element (type 15). */
function matFile(ids: readonly string[]): Buffer {
  const data = deflateSync(Buffer.from(ids.join('; '), 'utf16le'))
  const tag = Buffer.alloc(8)
  tag.writeUInt32LE(15, 0)
  tag.writeUInt32LE(data.length, 4)
  return Buffer.concat([Buffer.alloc(128), tag, data])
}
