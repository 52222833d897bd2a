import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { runStudy, sampleModel } from './sample.ts'
import { sampleWorkspace } from './workspace.ts'

const golden = z
  .object({
    model: z.object({ name: z.string(), onnx: z.string() }),
    digests: z.array(z.string()),
    layers: z.array(z.array(z.number())),
  })
  .parse(JSON.parse(readFileSync(new URL('goldens/attention.json', import.meta.url), 'utf8')))

it('attention distances of a ViT equal those of numpy to 1e-3 (tools/goldens/studies/attention.py)', async () => {
  const path = sampleModel(golden.model.name)
  expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(golden.model.onnx)
  const { client, datasetId, modelIds } = await sampleWorkspace(golden.model.name)
  const params = { images: golden.digests.length }
  const { id } = await runStudy(client, { kind: 'attention-distance', modelIds, datasetId, params })
  const rows = (await client.studies.result({ id })).tables[0]?.rows ?? []
  const wanted = golden.layers.flat()
  expect(rows).toHaveLength(wanted.length)
  wanted.forEach((pixels, at) =>
    expect(Math.abs(Number(rows[at]?.['distance']) / pixels - 1)).toBeLessThan(1e-3),
  )
})
