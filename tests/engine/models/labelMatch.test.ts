import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createEngine } from '#engine/api/index.ts'
import { betterOrder } from '#engine/metrics/index.ts'
import {
  classCount,
  imagenet1k,
  matchLabels,
  readLabelList,
  respelled,
  targetsOf,
} from '#engine/models/index.ts'
import { labelsOf, sourceOf } from '#engine/models/labelList.ts'
import type { LabelSource } from '#shared/contract/index.ts'
import { temporaryFolder } from '../../temporary.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from '../studies/sample.ts'

const model = (labels: string[], labelSource: LabelSource, labelSet = 'own') => ({
  classes: labels.length,
  labels,
  labelSet,
  labelSource,
})
const folders = (names: string[], published = false) => ({ names, published })

describe('labels against the classes of a dataset', () => {
  it('are known, matched by names, assumed or missing, by where they come from and what they match', () => {
    const own = ['cat', 'dog', 'owl']
    expect(matchLabels(model(own, 'file'), folders(['cat', 'owl']))).toEqual({
      state: 'known',
      matched: 2,
      classes: 2,
      unmatched: [],
      suggestion: null,
    })
    expect(matchLabels(model(own, 'order'), folders(own)).state).toBe('assumed')
    expect(matchLabels(model(own, 'file'), folders(['a', 'b', 'c']))).toMatchObject({
      state: 'missing',
      unmatched: ['a', 'b', 'c'],
      suggestion: { kind: 'dataset', published: false, matched: 3 },
    })
    // Four folders say nothing about the order of three outputs.
    expect(matchLabels(model(own, 'file'), folders(['a', 'b', 'c', 'd'])).suggestion).toBeNull()
  })

  it("of 1,000 outputs are ImageNet's, assumed by their number and matched by WordNet ids or names", async () => {
    const { set, names } = labelsOf(1000)
    const assumed = model(names, sourceOf({ set }), set)
    expect(sourceOf({ set })).toBe('count')
    // The same list is no assumption where a person chose it.
    expect(sourceOf(await readLabelList('imagenet1k'))).toBe('chosen')
    expect(matchLabels(assumed, folders(imagenet1k().wnids.slice(5, 9)))).toMatchObject({
      state: 'names',
      matched: 4,
    })
    expect(matchLabels(assumed, folders(['tench', 'sofa']))).toMatchObject({
      state: 'names',
      unmatched: ['sofa'],
    })
    const numbers = {
      ...model(
        names.map((_, index) => `class ${index}`),
        'none',
        'numbers',
      ),
    }
    expect(matchLabels(numbers, folders([...imagenet1k().wnids])).suggestion).toEqual({
      kind: 'imagenet1k',
      published: true,
      matched: 1000,
    })
  })

  it("of a file that spells ImageNet's classes in its own way match WordNet ids, in another order they do not", () => {
    const names = imagenet1k().labels.map(
      (name) => `${name[0]?.toUpperCase()}${name.slice(1).replaceAll(' ', '_')}, more`,
    )
    const wnids = imagenet1k().wnids.slice(7, 9)
    expect([...targetsOf(wnids, { set: 'own', names }).values()]).toEqual([7, 8])
    expect([...targetsOf(wnids, { set: 'own', names: names.toReversed() }).values()]).toEqual([-1, -1])
  })

  it('are no numbers of classes that are counted from 1, or past an output for the background', () => {
    const of = (classes: string[], names: string[]) => [...targetsOf(classes, { set: 'own', names }).values()]
    const own = ['cat', 'dog', 'owl']
    expect(of(['0', '1', '2'], own)).toEqual([0, 1, 2])
    expect(of(['1', '2'], own)).toEqual([1, 2])
    expect(of(['1', '2', '3'], own)).toEqual([-1, -1, -1])
    expect(of(['01', '02', '03', 'cat'], own)).toEqual([-1, -1, -1, 0])
    expect(of(['0', '1', '2', '3'], own)).toEqual([0, 1, 2, -1])
    expect(of(['1', '2', '3'], ['1', '2', '3'])).toEqual([0, 1, 2])
    expect(of(['0', '1', '2'], ['background', ...own])).toEqual([-1, -1, -1])
    expect(of(['1', '2', '3'], ['background', ...own])).toEqual([1, 2, 3])
    expect(matchLabels(model(own, 'file'), folders(['1', '2', '3'])).state).toBe('missing')
  })

  it('of 1,001 outputs begin with the background, as those of TensorFlow do, unless they say otherwise', () => {
    const numbers = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, at) => String(from + at))
    const unlabelled = {
      set: 'numbers',
      names: Array.from({ length: 1001 }, (_, index) => `class ${index}`),
    }
    const { labels } = imagenet1k()
    const dummy = { set: 'own', names: ['dummy', ...labels] }
    const last = { set: 'own', names: [...labels, 'none of these'] }
    const of = (list: typeof dummy) => [
      classCount(numbers(0, 999), list),
      classCount(numbers(1, 1000), list),
      classCount(numbers(0, 1000), list),
      classCount(numbers(1, 1001), list),
      classCount(numbers(7, 9), list),
      classCount(['tench', 'n01440764'], list),
    ]
    const shifted = ['otherwise', 'outputs', 'outputs', 'otherwise', 'unsure', null]
    expect(of(unlabelled)).toEqual(shifted)
    expect(of(dummy)).toEqual(shifted)
    expect(of(last)).toEqual(['outputs', 'unsure', 'outputs', 'otherwise', 'unsure', null])
    expect(targetsOf(numbers(0, 999), unlabelled).get('7')).toBe(-1)
    expect(targetsOf(numbers(1, 1000), unlabelled).get('7')).toBe(7)
    // A further name is how a person says it.
    const named = { set: 'chosen', names: ['background', ...labels.map((label, at) => `${label} | ${at}`)] }
    expect(classCount(numbers(0, 999), named)).toBeNull()
    expect(targetsOf(numbers(0, 999), named).get('7')).toBe(8)
  })

  it('of a file that spells classes in another way are added to, not replaced by a guess', () => {
    const own = model(['red fox', 'owl', 'sea-gull', 'seagull'], 'file')
    const names = ['Owl', 'Red_Fox', 'Sea gull', 'wolf']
    expect(matchLabels(own, folders(names))).toMatchObject({
      matched: 0,
      suggestion: { kind: 'spelling', matched: 2 },
    })
    const labels = respelled(names, own) ?? []
    expect(labels).toEqual(['red fox | Red_Fox', 'owl | Owl', 'sea-gull', 'seagull'])
    expect([...targetsOf(names, { set: 'chosen', names: labels }).values()]).toEqual([1, 0, -1, -1])
    // The rest is for a person to say: nothing is left to guess.
    expect(matchLabels(model(labels, 'file'), folders(names)).suggestion).toBeNull()
    expect(respelled(['wolf'], own)).toBeNull()
  })

  it('match no class whose name several outputs have, but its WordNet id, and accents however they are stored', () => {
    const names = imagenet1k().labels.map((label) => label.replace(/^crane .*/, 'crane'))
    const classes = ['crane', 'n02012849', 'n03126707', 'tench']
    expect([...targetsOf(classes, { set: 'own', names }).values()]).toEqual([-1, 134, 517, 0])
    expect([...targetsOf(['u\u0308ber'], { set: 'own', names: ['a', '\u00fcber'] }).values()]).toEqual([1])
    expect([...targetsOf(['cat'], { set: 'own', names: ['lion | cat', 'lynx | cat'] }).values()]).toEqual([
      -1,
    ])
  })

  it('may have other names after a bar; a whole label goes first', () => {
    const list = { set: 'own', names: ['car | automobile', 'automobile', 'ship | n04194289'] }
    expect([
      ...targetsOf(['car', 'automobile', 'n04194289', 'car | automobile', 'bus'], list).values(),
    ]).toEqual([0, 1, 2, 0, -1])
  })
})

describe('a file of labels', () => {
  const written = (text: string) => {
    const path = join(temporaryFolder(), 'labels')
    writeFileSync(path, text)
    return path
  }

  it.each([
    ['lines', 'cat\r\ndog\n\n', ['cat', 'dog']],
    ['a list', '["cat", "dog"]', ['cat', 'dog']],
    ['labels by output', '{"labels": {"1": "dog", "0": "cat"}}', ['cat', 'dog']],
    ['a configuration with id2label', '{"id2label": {"0": "cat", "1": "dog"}, "more": 1}', ['cat', 'dog']],
    ['keys and names', '{"0": ["n02124075", "Egyptian_cat"]}', ['Egyptian_cat | n02124075']],
  ])('is read as %s', async (_, text, names) => {
    expect(await readLabelList(written(text))).toEqual({ set: 'own', names })
  })

  it.each([
    ['nothing', '\n', 'the file is empty'],
    ['no JSON', '{"0": ', 'not JSON'],
    ['a gap', '{"0": "cat", "2": "dog"}', '1: output without a label'],
    ['a number for a label', '{"labels": ["cat", 3]}', 'labels.1'],
    ['another member', '{"classes": ["cat"]}', 'classes'],
  ])('with %s is refused; the error names file and field', async (_, text, message) => {
    const path = written(text)
    await expect(readLabelList(path)).rejects.toMatchObject({
      code: 'STUDY_LABELS',
      message: expect.stringMatching(new RegExp(`${message}.*${path}$`)),
    })
  })
})

describe('the order of outputs', () => {
  const rotated = (n: number, right: number) =>
    Array.from({ length: 4 }, (_, truth) => [
      { truth, predicted: (truth + 1) % 4, n: right },
      { truth, predicted: truth, n: n - right },
    ]).flat()

  it('is doubted where another order would be right for far more images', () => {
    expect(betterOrder(rotated(25, 20), 20)).toBe(0.8)
  })

  it('is doubted where only numbers below ten stand where they are expected', () => {
    const numbers = Array.from({ length: 12 }, (_, at) => String(at))
    const sorted = numbers.toSorted()
    const counts = numbers.map((truth) => ({ truth, predicted: sorted.indexOf(truth), n: 10 }))
    expect(betterOrder(counts, 20)).toBe(1)
  })

  it('is not doubted where the labels are right, images are few, or no order would be right', () => {
    expect(betterOrder(rotated(25, 5), 80)).toBeNull()
    expect(betterOrder(rotated(4, 4), 0)).toBeNull()
    // Every class is taken for output 0: no order can tell them apart.
    expect(
      betterOrder(
        [0, 1, 2, 3].map((truth) => ({ truth, predicted: 0, n: 25 })),
        25,
      ),
    ).toBeNull()
  })
})

describe('labels of several models', () => {
  it('are set at once or not at all, and say in results that they were assumed', async () => {
    const folder = temporaryFolder()
    const engine = await createEngine()
    onTestFinished(() => engine.close())
    const { client } = engine
    await client.workspace.create({ path: join(folder, 'workspace') })
    const images = sampleImages(folder, 1)
    const renamed = join(folder, 'renamed')
    for (const name of readdirSync(images))
      cpSync(join(images, name), join(renamed, `my ${name}`), { recursive: true })
    const datasetId = await addDataset(client, renamed)
    mkdirSync(join(folder, 'models'))
    const modelIds: number[] = []
    for (const name of ['replk3', 'vit']) {
      // Without their sidecars the sample's models have no labels.
      const path = join(folder, 'models', `${name}.onnx`)
      cpSync(sampleModel(name), path)
      modelIds.push((await client.models.add({ path })).id)
    }
    const states = async () =>
      (await client.models.labelMatches({ modelIds })).map(({ state, suggestion }) => [
        state,
        suggestion?.kind,
      ])
    expect(await states()).toEqual([
      ['missing', 'dataset'],
      ['missing', 'dataset'],
    ])
    await expect(
      client.models.setLabels({ modelIds, labels: { kind: 'names', names: ['one', 'two'] } }),
    ).rejects.toMatchObject({ data: { code: 'STUDY_LABELS' } })
    expect((await client.models.list()).map(({ labelSource }) => labelSource)).toEqual(['none', 'none'])

    await client.models.setLabels({ modelIds, labels: { kind: 'dataset', datasetId } })
    expect(await states()).toEqual([
      ['assumed', undefined],
      ['assumed', undefined],
    ])
    const { id } = await runStudy(client, { kind: 'clean-accuracy', modelIds, datasetId, params: {} })
    const { provenance } = await client.studies.result({ id })
    expect(
      provenance.filter((line) => line.includes('labels assumed by order, all 16 classes')),
    ).toHaveLength(2)

    const before = await client.models.labels({ id: modelIds[0] ?? 0 })
    const backwards = { kind: 'names' as const, names: before.labels.toReversed() }
    await client.models.setLabels({ modelIds: modelIds.slice(0, 1), labels: backwards })
    expect((await client.models.get({ id: modelIds[0] ?? 0 })).labelSource).toBe('chosen')
    const { labels: names, set, source } = before
    expect(source).toBe('order')
    await client.models.setLabels({ modelIds, labels: { kind: 'names', names, set, source } })
    expect(await client.models.labels({ id: modelIds[0] ?? 0 })).toEqual(before)
  })
})
