import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { createEngine } from '#engine/api/index.ts'
import { temporaryFolder } from '../../temporary.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from './sample.ts'

const golden = z
  .object({
    model: z.object({ name: z.string(), onnx: z.string() }),
    digests: z.array(z.string()),
    layers: z.array(z.array(z.number())),
  })
  .parse(JSON.parse(readFileSync(new URL('goldens/attention.json', import.meta.url), 'utf8')))

it('attention distances of a ViT are those of numpy to a thousandth (tools/goldens/studies/attention.py)', async () => {
  const path = sampleModel(golden.model.name)
  expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(golden.model.onnx)
  const folder = temporaryFolder()
  const engine = await createEngine()
  onTestFinished(() => engine.close())
  const { client } = engine
  await client.workspace.create({ path: join(folder, 'workspace') })
  const datasetId = await addDataset(client, sampleImages(folder, 1))
  const modelIds = [(await client.models.add({ path })).id]
  const params = { images: golden.digests.length }
  const { id } = await runStudy(client, { kind: 'attention-distance', modelIds, datasetId, params })
  const rows = (await client.studies.result({ id })).tables[0]?.rows ?? []
  const wanted = golden.layers.flat()
  expect(rows).toHaveLength(wanted.length)
  wanted.forEach((pixels, at) =>
    expect(Math.abs(Number(rows[at]?.['distance']) / pixels - 1)).toBeLessThan(1e-3),
  )
})
