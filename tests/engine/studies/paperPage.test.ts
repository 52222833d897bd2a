import { cpSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { updateModel } from '#engine/models/index.ts'
import { isPaperModel } from '#engine/studies/paper/models.ts'
import { freshWorkspace } from './workspace.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from './sample.ts'

describe('a model of the paper', () => {
  it.each([
    ['RepLKNet-31B', 'RepLKNet', 79.53, 31, true],
    ['RepLKNet-31B', 'RepLKNet', 79.53, 29, false],
    ['RepLKNet-31B', 'ViT', 79.53, 31, false],
    ['ViT-B', 'ViT', 86.57, null, true],
    ['ViT-B', 'ViT', 304.33, null, false],
    ['ConvNeXt-B', 'ConvNeXt', 88.59, 7, true],
    ['ConvNeXt-51', 'unknown', 45.49, 51, true],
    ['ConvNeXt-7', 'ConvNeXt', 28.59, 3, false],
    ['ResNet-50', 'ResNet', 25.56, null, true],
    ['AugMix', 'ResNet', 25.56, null, false],
  ] as const)(
    '%s: %s of %d million parameters, kernel %s: %s',
    (name, family, millions, largestKernel, is) => {
      const model = { family, parameters: millions * 1e6, largestKernel, classes: 1000 }
      expect(isPaperModel(name, model)).toBe(is)
    },
  )
})

describe('the page of the paper', () => {
  it('has what is here and what is missing, and puts own numbers beside those of the paper', async () => {
    const { folder, engine, client } = await freshWorkspace()
    const { db } = engine.session.open().workspace
    // The sample's pictures under names of ImageNet's classes, and its model with the paper's size.
    const images = sampleImages(folder, 1)
    const names = readdirSync(images).sort()
    const wnids = names.map((_, at) => `n0144${String(at).padStart(4, '0')}`)
    const root = join(folder, 'val')
    mkdirSync(root)
    for (const [at, name] of names.entries())
      cpSync(join(images, name), join(root, wnids[at] ?? ''), { recursive: true })
    const datasetId = await addDataset(client, root)
    const { id } = await client.models.add({ path: sampleModel('replk31') })
    updateModel(db, id, { labels: { set: 'mine', names: wnids } })
    db.prepare(
      `UPDATE model SET inspection = json_set(inspection, '$.parameters', 79700000) WHERE id = ?`,
    ).run(id)

    const before = await client.guide.paper()
    const entryOf = (entries: typeof before.entries, title: string) =>
      entries.find((entry) => entry.title === title)
    const table6 = entryOf(before.entries, 'Table 6')
    expect(table6?.models.find(({ name }) => name === 'RepLKNet-31B')?.found).toEqual([
      { id, title: 'RepLK-31' },
    ])
    expect(table6?.models.find(({ name }) => name === 'ViT-L')?.found).toEqual([])
    const clean = table6?.studies.find(({ kind }) => kind === 'clean-accuracy')
    expect(clean).toMatchObject({ preset: 'default', studyId: null, dataset: { found: [{ id: datasetId }] } })
    expect(clean?.command).toBe(
      'kernelscope -w WORKSPACE study run clean-accuracy --preset default --model RepLK-31 --dataset val',
    )
    expect(table6?.studies.find(({ kind }) => kind === 'imagenet-a')?.dataset?.found).toEqual([])
    expect(table6?.numbers.every(({ ours }) => ours.length === 0)).toBe(true)

    const input = { modelIds: [id], datasetId }
    const study = await runStudy(client, { kind: 'clean-accuracy', params: {}, ...input })
    const sample = { perClass: 1, seed: 0 }
    const attack = { attack: 'fgsm', epsilons: [0.1, 0.2, 0.3, 0.4] }
    const fgsm = await runStudy(client, { kind: 'adversarial', params: attack, sample, ...input })
    const after = await client.guide.paper()
    const [cell] = (await client.studies.result({ id: study.id })).conditions
    const number = entryOf(after.entries, 'Table 6')?.numbers.find(
      ({ model, what }) => model === 'RepLKNet-31B' && what === 'ImageNet, top-1',
    )
    const [own] = number?.ours ?? []
    const top1 = 100 * (cell?.top1 ?? 0)
    expect(number?.printed).toBe(85.2)
    expect(own).toMatchObject({ modelId: id, n: 16, studyId: study.id, dataset: 'val', asPublished: true })
    expect(own?.value).toBeCloseTo(top1, 9)
    expect(own?.difference).toBeCloseTo(top1 - 85.2, 9)
    expect(own?.differenceInterval?.lo).toBeCloseTo(100 * (cell?.interval?.lo ?? 0) - 85.2, 9)
    // Fewer images and another preprocessing than published: shown, and said.
    const fig6a = entryOf(after.entries, 'Fig. 6a')
    // The same study of a model that is none of Table 7.
    const table7 = entryOf(after.entries, 'Table 7')?.studies.find(({ kind }) => kind === 'clean-accuracy')
    expect(table7?.studyId).toBeNull()
    expect(fig6a?.studies[0]?.studyId).toBe(fgsm.id)
    expect(fig6a?.numbers[0]?.ours[0]).toMatchObject({ studyId: fgsm.id, asPublished: false })
    const told = (await client.studies.result({ id: fgsm.id })).provenance.join(' ')
    expect(told).toContain(
      'Repeats Fig. 6a of the paper. Otherwise than published: The paper gives the range',
    )
    expect(told).toContain(
      'In this study also: at most 1 images of each class, where the paper has all images; another preprocessing than the published one.',
    )
  })
})
