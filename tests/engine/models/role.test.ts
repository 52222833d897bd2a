import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { addModel, updateModel } from '#engine/models/index.ts'
import { createWorkspace } from '#engine/workspace/index.ts'
import { temporaryFolder } from '../../temporary.ts'

const fixture = fileURLToPath(new URL('../onnx/fixtures/vit.onnx', import.meta.url))

/** The fixture in a new folder, next to a sidecar with the given content. */
function modelWithCard(card: object): string {
  const folder = temporaryFolder()
  copyFileSync(fixture, join(folder, 'net.onnx'))
  writeFileSync(join(folder, 'net.json'), JSON.stringify(card))
  return join(folder, 'net.onnx')
}

it('the role of a model comes from its sidecar, can be changed, and is classifier by default', async () => {
  const workspace = createWorkspace(join(temporaryFolder(), 'workspace'))
  onTestFinished(() => workspace.close())
  const silent = await addModel(workspace.db, modelWithCard({ title: 'Net' }))
  expect(silent.role).toBe('classifier')
  expect(updateModel(workspace.db, silent.id, { role: 'saliency' }).role).toBe('saliency')
  workspace.db.prepare('DELETE FROM model').run()
  expect((await addModel(workspace.db, modelWithCard({ role: 'saliency' }))).role).toBe('saliency')
  workspace.db.prepare('DELETE FROM model').run()
  await expect(addModel(workspace.db, modelWithCard({ role: 'oracle' }))).rejects.toMatchObject({
    code: 'MODEL_MALFORMED',
  })
})
