import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { openBundle } from '#engine/bundles/index.ts'
import { bundleOf, verify } from '../engine/bundles/forge.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from '../engine/studies/sample.ts'
import { temporaryFolderOfFile } from '../temporary.ts'
import { forgeries, refusals, type Forgery } from './corpus/index.ts'
import { repacked, unpacked, type Opened } from './forgeries.ts'
import { told } from './told.ts'

/** Neither model nor image is at hand: what is found is found by deriving alone. */
let engine: Engine
/** Has the model and the images. */
let maker: Engine
let genuine: Opened
const folder = temporaryFolderOfFile()
const original = join(folder, 'genuine.zip')

beforeAll(async () => {
  maker = await createEngine()
  genuine = await unpacked(await made(maker, 'workspace', original))
  engine = await createEngine()
}, 120_000)
afterAll(async () => {
  await maker.close()
  await engine.close()
})

type First = (client: Engine['client']) => Promise<void>

async function made({ client }: Engine, workspace: string, path: string, first?: First): Promise<string> {
  await client.workspace.create({ path: join(folder, workspace) })
  await first?.(client)
  const datasetId = await addDataset(client, sampleImages(join(folder, `${workspace} data`), 1))
  const { id } = await client.models.add({ path: sampleModel('replk3') })
  const params = { percents: [0, 50], repeats: 1, seed: 7 }
  const { id: studyId } = await runStudy(client, {
    kind: 'random-patch-drop',
    params,
    modelIds: [id],
    datasetId,
  })
  return bundleOf({ client }, studyId, path)
}

const differing = async (by: Engine, forgery: Forgery) => {
  const { verdict, parts } = await verify(by, await repacked(genuine, forgery.change, folder))
  return {
    verdict,
    found: parts.flatMap(({ part, how, differences }) =>
      how === 'differs' ? differences.map(({ where }) => `${part}: ${where}`) : [],
    ),
    parts,
  }
}

it('the genuine bundle agrees, and as far as it was checked where nothing is at hand', async () => {
  const whole = await verify(maker, original, { sample: 32 })
  expect(whole).toMatchObject({ verdict: 'agrees', checked: 32, unchecked: [] })
  const part = await verify(engine, original)
  expect(part.verdict).toBe('partly')
  expect(part.parts.filter(({ how }) => how !== 'derived')).toEqual([
    expect.objectContaining({ part: 'model RepLK-3', how: 'read', detail: 'its file is not at hand' }),
  ])
  // Packing it again changes nothing.
  const same = await verify(engine, await repacked(genuine, () => undefined, folder))
  expect(same.parts).toEqual(part.parts)
})

it('has as many forgeries as docs/trust.md tells of', () => {
  expect(forgeries.length + refusals.length).toBe(told().bundles)
})

it.each(forgeries)('$title', async (forgery) => {
  const { verdict, found } = await differing(engine, forgery)
  expect(
    found.filter((place) => place.startsWith(forgery.found)),
    found.join('; '),
  ).not.toEqual([])
  expect(verdict).toBe('disagrees')
})

it.each(refusals)('$title is refused', async ({ change, message }) => {
  const path = await repacked(genuine, change, folder)
  await expect(verify(engine, path)).rejects.toMatchObject({
    code: 'BUNDLE_MALFORMED',
    message: expect.stringContaining(message),
  })
})

describe('what deriving cannot find', () => {
  it('removing what it rests on leaves it unproven, never agreeing', async () => {
    const change = ({ files }: Opened) => {
      files.delete('basis.json')
      files.delete('images.csv')
    }
    const { verdict, parts } = await differing(maker, { title: '', change, found: '' })
    expect(verdict).toBe('partly')
    expect(parts.find(({ part }) => part === 'study.json')).toMatchObject({
      how: 'read',
      detail: expect.stringContaining('basis.json was removed'),
    })
  })

  it('naming another version of Kernelscope leaves changed words unproven, and changed numbers found', async () => {
    const version = ({ manifest, files }: Opened) => {
      manifest['kernelscope'] = '9.9.9'
      files.set(
        'README.txt',
        (files.get('README.txt') ?? '').replace(/Kernelscope [\d.]+/, 'Kernelscope 9.9.9'),
      )
    }
    const words = (copy: Opened) => {
      version(copy)
      copy.files.set(
        'study.json',
        (copy.files.get('study.json') ?? '').replace('Random patch drop', 'A drop'),
      )
    }
    expect((await differing(maker, { title: '', change: words, found: '' })).verdict).toBe('partly')
    const numbers = (copy: Opened) => {
      version(copy)
      copy.files.set('study.json', (copy.files.get('study.json') ?? '').replaceAll('0.8125', '0.99'))
    }
    expect((await differing(maker, { title: '', change: numbers, found: '' })).verdict).toBe('disagrees')
  })

  it('facts that were invented to fit one another are found by computing them again', async () => {
    // Two images of one condition change their predictions, so that no count changes.
    const change = ({ files }: Opened) => {
      const lines = (files.get('facts.csv') ?? '').split('\r\n')
      const [a = '', b = ''] = [lines[2], lines[3]]
      const numbers = (line: string) => line.split(',').slice(7, 10)
      const swapped = (line: string, from: string) => {
        const cells = line.split(',')
        const [confidence = '', probability = '', logit = ''] = numbers(from)
        cells.splice(7, 3, confidence, probability, logit)
        const own = (cells[10] ?? '').split(';').map((pair) => pair.split(':')[0])
        const theirs = (from.split(',')[10] ?? '').split(';').map((pair) => pair.split(':')[1])
        cells[10] = own.map((index, at) => `${index}:${theirs[at]}`).join(';')
        return cells.join(',')
      }
      lines[2] = swapped(a, b)
      lines[3] = swapped(b, a)
      files.set('facts.csv', lines.join('\r\n'))
    }
    const forgery = { title: '', change, found: '' }
    expect((await differing(engine, forgery)).verdict).toBe('partly')
    const path = await repacked(genuine, change, folder)
    const verdict = await verify(maker, path, { sample: 32 })
    expect(verdict.verdict).toBe('disagrees')
    expect(verdict.disagreeing).toHaveLength(2)
  })
})

it('equal facts give equal bytes, whichever workspace has them', async () => {
  const other = await createEngine()
  try {
    // Another model and other images come first, so that every id is another one.
    const again = await made(other, 'other', join(folder, 'again.zip'), async (client) => {
      await client.models.add({ path: sampleModel('vit') })
      await addDataset(client, sampleImages(join(folder, 'more'), 2))
    })
    expect(readFileSync(again).equals(readFileSync(original))).toBe(true)
  } finally {
    await other.close()
  }
}, 120_000)

it('holds no time and no duration', async () => {
  const { archive, close } = await openBundle(original)
  const now = new Date().getUTCFullYear()
  for (const name of archive.entries.keys()) {
    const text = (await archive.read(name, 1e9)).toString('latin1')
    expect(text.includes(`${now}-`), name).toBe(false)
    expect(/\d m?s\b/.test(name.endsWith('.pdf') ? '' : text.replace(/url\(data:[^)]*\)/g, '')), name).toBe(
      false,
    )
  }
  close()
})
