import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { drawsEntry, drawsText, patchMask, toBitset } from '#shared/transforms/index.ts'
import { inDigestOrder, openDrawn } from '#engine/studies/masks/drawnMasks.ts'
import { exportDraws } from '#engine/studies/reproduce/exportDraws.ts'
import { planStudy } from '#engine/studies/store/plan.ts'
import type { Db } from '#engine/workspace/index.ts'
import { addDataset, drawsOf, runStudy, sampleImages, sampleModel } from './sample.ts'
import { freshWorkspace } from './workspace.ts'
import {
  imageChunks,
  type ImageSource,
  partFor,
  type PlannedCondition,
  storeConditions,
} from '#engine/facts/index.ts'

const params = { percents: [0, 50, 75], repeats: 11 }

/** A study of images, two of which are the same file in different classes. */
async function setUp() {
  const { folder, engine, client } = await freshWorkspace()
  const images = sampleImages(folder, 1)
  const [one = '', other = ''] = readdirSync(images).sort()
  const [first = ''] = readdirSync(join(images, one))
  cpSync(join(images, one, first), join(images, other, 'zz-same.png'))
  const datasetId = await addDataset(client, images)
  const modelIds = [(await client.models.add({ path: sampleModel('replk3') })).id]
  const { id } = await runStudy(client, { kind: 'random-patch-drop', modelIds, datasetId, params })
  const { workspace } = engine.session.open()
  const plan = planStudy(workspace.db, id)
  const [planned] = plan.models
  if (!planned) throw new Error('no model')
  return { client, folder, workspace, id, plan, planned }
}

/** The expected file as plain JSON, built image by image in memory. */
function wanted(db: Db, source: ImageSource, conditions: PlannedCondition[]): string {
  const entries: Record<string, Record<string, string>> = {}
  for (const { id, digest } of [...imageChunks(db, source, 7)].flat())
    for (const stored of conditions) {
      const { transform } = partFor(stored, id)
      if (transform.op !== 'patchDrop') continue
      const { level, owner } = drawsEntry(transform, digest)
      ;(entries[level] ??= {})[owner] ??= toBitset(patchMask(transform, digest, 96, 96))
    }
  const numbers = (level: string) => level.split('/').map(Number)
  const levels = Object.keys(entries).sort((a, b) => {
    const [[p = 0, r = 0], [q = 0, s = 0]] = [numbers(a), numbers(b)]
    return p - q || r - s
  })
  const sorted = Object.fromEntries(
    levels.map((level) => [
      level,
      Object.fromEntries(
        Object.keys(entries[level] ?? {})
          .sort()
          .map((key) => [key, entries[level]?.[key]]),
      ),
    ]),
  )
  const head = { format: 'kernelscope-draws', version: 1, patch: 16, height: 96, width: 96 }
  return `${JSON.stringify({ ...head, entries: sorted }, null, 2)}\n`
}

describe('the draws of a study', () => {
  it('are written piece by piece as in one text, with one mask for an image that is there twice', async () => {
    const { client, workspace, id, plan, planned } = await setUp()
    const text = await drawsOf(client, id)
    expect(text).toBe(wanted(workspace.db, plan.source, planned.conditions))
    expect(text.match(/^ {4}"/gm)?.length).toBeGreaterThan(20)
  })

  it('of groups are written in the same order too', async () => {
    const { workspace, plan, planned } = await setUp()
    const bare = planned.conditions.map(({ condition }) => ({
      ...condition,
      transform: (group: number) => ({ ...condition.transform(group), group }),
    }))
    const conditions = storeConditions(workspace.db, bare, plan.source, 1)
    const images = await inDigestOrder(workspace.db, plan.source)
    const masks = await openDrawn(workspace, { ...planned, conditions }, images)
    const text = [...drawsText(16, [masks])].join('')
    expect(text).toBe(wanted(workspace.db, plan.source, conditions))
    expect(text.indexOf('"group:10"')).toBeLessThan(text.indexOf('"group:2"'))
  })

  it('are offered for a study that draws, and refused for one that does not', async () => {
    const { folder, client, id, plan } = await setUp()
    const draws = new Map((await client.studies.kinds()).map((kind) => [kind.id, kind.draws]))
    const { modelIds, datasetId, kind } = plan.study
    const plain = await client.studies.run({ kind: 'clean-accuracy', params: {}, modelIds, datasetId })
    expect([draws.get(kind), draws.get('clean-accuracy')]).toEqual([true, false])
    const path = join(folder, 'offered.json')
    await client.studies.draws({ id, path })
    await expect(client.studies.draws({ id: plain.id, path })).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    expect([...draws].filter(([, one]) => one).map(([name]) => name)).toEqual([
      'random-patch-drop',
      'salient-patch-drop',
      'lesion',
    ])
  })

  it('leave no file when the export is cancelled', async () => {
    const { folder, workspace, id } = await setUp()
    const path = join(folder, 'out', 'draws.json')
    await expect(exportDraws(workspace, id, path, AbortSignal.abort())).rejects.toThrow('aborted')
    expect(readdirSync(folder)).not.toContain('out')
    const { bytes } = await exportDraws(workspace, id, path)
    expect(readFileSync(path)).toHaveLength(bytes)
    expect(readdirSync(join(folder, 'out'))).toEqual(['draws.json'])
  })
})
