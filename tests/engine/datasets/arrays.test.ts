import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { resourcePath } from '#engine/base/resources.ts'
import {
  browserPicture,
  digestAndMeasure,
  parseRowPath,
  readArrayLabels,
  rowName,
  rowsOf,
  thumbnail,
} from '#engine/images/index.ts'
import { addDataset, jobEnd, runStudy, sampleModel } from '../studies/sample.ts'
import { pack } from '../../packed.ts'
import { temporaryFolder } from '../../temporary.ts'

/** Written by numpy: tools/goldens/arrays/make.py. */
const goldens = join(import.meta.dirname, 'goldens', 'arrays')
const expected = z
  .object({
    labels: z.array(z.int()),
    files: z.record(z.string(), z.array(z.object({ sha256: z.string(), pixels: z.array(z.int()) }))),
  })
  .parse(JSON.parse(readFileSync(join(goldens, 'expected.json'), 'utf8')))
const names = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck']

async function workspace(): Promise<{ engine: Engine; folder: string }> {
  const folder = temporaryFolder()
  const engine = await createEngine()
  onTestFinished(() => engine.close())
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
  return { engine, folder }
}

function folderWith(folder: string, name: string, files: readonly string[]): string {
  const root = join(folder, name)
  mkdirSync(root, { recursive: true })
  for (const file of files) cpSync(join(goldens, file), join(root, file))
  return root
}

describe('rows of array files', () => {
  it('have paths that no file can have', () => {
    expect(rowName('fog.npy', 3, 42)).toBe('fog.npy/3/00042')
    expect(parseRowPath('/data/fog.npy/3/00042')).toEqual({ file: '/data/fog.npy', severity: 3, index: 42 })
    expect(parseRowPath('/data/test_batch.bin/00007')).toEqual({
      file: '/data/test_batch.bin',
      severity: null,
      index: 7,
    })
    expect(parseRowPath('/data/fog.npy')).toBeNull()
    expect(parseRowPath('/data/fog/3/n01440764/00042.JPEG')).toBeNull()
  })

  it('are read as numpy wrote them, by every function that reads an image', async () => {
    for (const [name, rows] of Object.entries(expected.files))
      for (const [place, { sha256, pixels }] of rows.entries()) {
        const path = join(goldens, rowName(`${name}.npy`, Math.floor(place / 3) + 1, place % 3))
        expect(await digestAndMeasure(path)).toMatchObject({
          digest: sha256,
          width: 8,
          height: 8,
          bytes: 192,
        })
        const { bytes } = await browserPicture(path)
        const { data } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true })
        expect([...data.subarray(0, 6)]).toEqual(pixels)
        expect(createHash('sha256').update(data).digest('hex')).toBe(sha256)
      }
    const small = await sharp(await thumbnail(join(goldens, 'fog.npy/1/00000'), 96)).metadata()
    expect(small).toMatchObject({ format: 'webp', width: 8, height: 8 })
  })

  it('cannot be read after the last one', async () => {
    const past = join(goldens, 'fog.npy/5/00003')
    await expect(digestAndMeasure(past)).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' })
    await expect(digestAndMeasure(join(goldens, 'none.npy/00000'))).rejects.toMatchObject({
      code: 'FILE_MISSING',
    })
  })

  it.each([
    ['empty.npy', 'is not a numpy array file'],
    ['text.npy', 'is not a numpy array file'],
    ['objects.npy', 'holds pickled objects, which are not read'],
    ['fortran.npy', 'is in Fortran order'],
    ['float.npy', 'has elements of type <f4'],
    ['grey.npy', 'holds no images'],
    ['labels.npy', 'holds no images'],
    ['truncated.npy', 'needs 3008'],
    ['longer.npy', 'needs 3008'],
    ['huge.npy', 'has the shape'],
  ])('are refused in %s, which %s', async (file, why) => {
    await expect(rowsOf(join(goldens, file))).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
      message: expect.stringContaining(why) as string,
    })
  })

  it('have labels of any integer type', async () => {
    expect([...(await readArrayLabels(join(goldens, 'labels-u1.npy')))]).toEqual(expected.labels)
    expect([...(await readArrayLabels(join(goldens, 'labels.npy')))].slice(0, 3)).toEqual(expected.labels)
    await expect(readArrayLabels(join(goldens, 'fog.npy'))).rejects.toMatchObject({ code: 'DATASET_LABELS' })
  })
})

describe('CIFAR-10-C as published', () => {
  it('is recognised and indexed row by row, with a remark on the file that was left out', async () => {
    const { engine, folder } = await workspace()
    const { client } = engine
    const root = folderWith(folder, 'CIFAR-10-C', ['fog.npy', 'contrast.npy', 'labels.npy'])
    cpSync(join(goldens, 'truncated.npy'), join(root, 'snow.npy'))
    const datasetId = await addDataset(client, root)
    const dataset = await client.datasets.get({ id: datasetId })
    expect(dataset).toMatchObject({ recognised: 'cifar-10-c', layout: 'arrays', images: 30, unreadable: 0 })
    expect(dataset.parts.map(({ name, images }) => `${name} ${images}`)).toContain('fog/3 3')
    expect(dataset.parts).toHaveLength(10)
    expect(dataset.report?.remarks.join(' ')).toContain('snow.npy is left out')
    const { rows } = await client.datasets.images({ datasetId, filter: { parts: ['contrast/5'] } })
    expect(rows.map(({ className }) => className)).toEqual(expected.labels.map((label) => names[label]))
    expect(rows[0]).toMatchObject({ name: 'contrast.npy/5/00000', width: 8, height: 8 })
  })

  it('is measured like folders of images, at its own size or resized for the model', async () => {
    const { engine, folder } = await workspace()
    const { client } = engine
    const root = folderWith(folder, 'CIFAR-10-C', ['fog.npy', 'contrast.npy', 'labels.npy'])
    const labels = join(folder, 'labels.txt')
    const count = z
      .array(z.string())
      .parse(JSON.parse(readFileSync(resourcePath('sample', 'labels.json'), 'utf8')))
    writeFileSync(labels, count.map((_, k) => names[k] ?? `other ${k}`).join('\n'))
    const { id: modelId } = await client.models.add({ path: sampleModel('replk3') })
    await client.models.update({ id: modelId, labels })
    const datasetId = await addDataset(client, root)
    const input = { kind: 'imagenet-c', modelIds: [modelId], datasetId }
    const { warnings } = await client.studies.cost(input)
    expect(warnings.map(({ message }) => message).join(' ')).toContain('has images of 8x8')
    const { id } = await runStudy(client, input)
    const { conditions, complete, tables, provenance } = await client.studies.result({ id })
    expect(complete).toBe(true)
    expect(conditions).toHaveLength(10)
    expect(conditions.every(({ n, failed }) => n === 3 && failed === 0)).toBe(true)
    const columns = tables.find((table) => table.id === 'summary')?.columns.map(({ title }) => title)
    expect(columns).toContain('mCE, unnormalised')
    expect(provenance.join(' ')).toContain('AugMix')
    expect(provenance.join(' ')).toContain('squashed')
  })

  it('needs labels.npy', async () => {
    const { engine, folder } = await workspace()
    const root = folderWith(folder, 'CIFAR-10-C', ['fog.npy'])
    await expect(engine.client.datasets.add({ path: root })).rejects.toMatchObject({ code: 'DATASET_LABELS' })
  })
})

describe('CIFAR-10 and -100', () => {
  /** A record of the binary version: labels, then the red, green and blue planes. */
  const record = (labels: number[], seed: number) =>
    Buffer.from([...labels, ...Array.from({ length: 3072 }, (_, i) => (i * 7 + seed) % 256)])

  it.each([
    ['cifar-10', 'test_batch.bin', [record([9], 1), record([0], 2)], ['truck', 'airplane']],
    ['cifar-100', 'test.bin', [record([4, 0], 1), record([0, 99], 2)], ['apple', 'worm']],
  ])('%s is read from its binary version, planes put together', async (kind, file, records, classes) => {
    const { engine, folder } = await workspace()
    const { client } = engine
    const root = join(folder, 'binary')
    mkdirSync(root)
    writeFileSync(join(root, file), Buffer.concat(records))
    for (const other of kind === 'cifar-10' ? ['data_batch_1.bin'] : ['train.bin'])
      writeFileSync(join(root, other), records[0] ?? '')
    const datasetId = await addDataset(client, root)
    const dataset = await client.datasets.get({ id: datasetId })
    expect(dataset).toMatchObject({ recognised: kind, images: 2, unreadable: 0 })
    expect(dataset.report?.remarks.join(' ')).toContain('training images are there too')
    const { rows } = await client.datasets.images({ datasetId })
    expect(rows.map(({ className }) => className)).toEqual(classes)
    const { bytes } = await browserPicture(join(root, rows[1]?.name ?? ''))
    const { data } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true })
    const plane = (channel: number, i: number) => ((channel * 1024 + i) * 7 + 2) % 256
    expect([...data.subarray(0, 6)]).toEqual(
      [0, 1].flatMap((i) => [0, 1, 2].map((channel) => plane(channel, i))),
    )
  })

  /** Test images as Python 2 pickled them, three of each (tools/goldens/arrays/cifar_python.py). */
  const versions = {
    'cifar-10': {
      folder: 'cifar-10-batches-py',
      file: 'test_batch',
      beside: ['batches.meta', 'data_batch_1'],
    },
    'cifar-100': { folder: 'cifar-100-python', file: 'test', beside: ['meta', 'train'] },
  } as const
  type Version = (typeof versions)[keyof typeof versions]

  /** The folder of the Python version, with other bytes for its test images. */
  function pythonVersion(folder: string, version: Version, change = (bytes: Buffer) => bytes): string {
    const root = join(folder, version.folder)
    mkdirSync(root)
    writeFileSync(join(root, version.file), change(readFileSync(join(goldens, version.folder, version.file))))
    for (const other of version.beside) writeFileSync(join(root, other), 'never read')
    return root
  }

  it.each([
    ['cifar-10', [[9], [0], [3]], 'test_batch.bin'],
    [
      'cifar-100',
      [
        [1, 99],
        [2, 0],
        [3, 53],
      ],
      'test.bin',
    ],
  ] as const)('%s is the same in its Python version, packed or not', async (kind, labels, binary) => {
    const { engine, folder } = await workspace()
    const { client } = engine
    const python = pythonVersion(folder, versions[kind])
    const packed = await pack(join(folder, `${kind}-python.tar.gz`), folder, [versions[kind].folder])
    const other = join(folder, 'binary')
    mkdirSync(other)
    writeFileSync(join(other, binary), Buffer.concat(labels.map((own, at) => record([...own], at + 1))))
    writeFileSync(join(other, 'train.bin'), '')
    const contents = async (datasetId: number) => {
      const { rows } = await client.datasets.images({ datasetId })
      const found = rows.map(async ({ id, className }) => [
        className,
        (await client.datasets.image({ id })).digest,
      ])
      return Promise.all(found)
    }
    const wanted = await contents(await addDataset(client, other))
    expect(wanted).toHaveLength(3)
    for (const path of [python, packed]) {
      const { dataset, jobId } = await client.datasets.add({ path, unpack: true })
      await jobEnd(client, jobId)
      const { recognised, unreadable, report } = await client.datasets.get({ id: dataset.id })
      expect({ recognised, unreadable }).toEqual({ recognised: kind, unreadable: 0 })
      expect(report?.remarks.join(' ')).toContain('training images are there too')
      expect(await contents(dataset.id)).toEqual(wanted)
      expect(await client.datasets.check({ id: dataset.id, sample: 9 })).toMatchObject({ same: 3 })
    }
  })

  const text = (change: (pickle: string) => string) => (bytes: Buffer) =>
    Buffer.from(change(bytes.toString('latin1')), 'latin1')

  it.each([
    [
      'asks for code',
      text((pickle) => pickle.replace('numpy\ndtype', 'os\nsystem')),
      'it asks for "os.system"',
    ],
    ['is cut off', (bytes: Buffer) => bytes.subarray(0, 5000), 'it ends too early'],
    ['is none', () => Buffer.from('no pickle'), 'its pickle is damaged at byte'],
    ['is a list', () => Buffer.from('\x80\x02].', 'latin1'), 'it is no dictionary'],
    ['has other elements', text((pickle) => pickle.replace('U\x02u1', 'U\x02i8')), 'it has no data of uint8'],
    [
      'has fewer pixels than its shape',
      text((pickle) => pickle.replace('K\x03M\x00\x0c', 'K\x04M\x00\x0c')),
      'no data',
    ],
    [
      'has a label too few',
      text((pickle) => pickle.replace('K\x09K\x00K\x03e', 'K\x09K\x00e')),
      'no label for each of its 3',
    ],
    [
      'has a label that is no class',
      text((pickle) => pickle.replace('K\x09K\x00K\x03e', 'K\x09K\x00K\xc8e')),
      'no label for each',
    ],
  ])('a Python version that %s is refused, and says why', async (_, change, message) => {
    const root = pythonVersion(temporaryFolder(), versions['cifar-10'], change)
    await expect(rowsOf(join(root, 'test_batch'))).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
      message: expect.stringContaining(message) as string,
      hint: expect.stringContaining('Nothing of it was run') as string,
    })
  })
})
