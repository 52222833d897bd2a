import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, it, onTestFinished } from 'vitest'
import { createEngine } from '#engine/api/index.ts'
import { temporaryFolder } from '../../temporary.ts'

it('thumbnails are made after a folder is indexed, and stored by content', async () => {
  const folder = temporaryFolder()
  const engine = await createEngine({ thumbnailsAhead: true })
  onTestFinished(() => engine.close())
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
  const images = join(folder, 'images', 'red')
  mkdirSync(images, { recursive: true })
  const background = { r: 200, g: 0, b: 0 }
  const picture = await sharp({ create: { width: 400, height: 200, channels: 3, background } })
    .png()
    .toBuffer()
  writeFileSync(join(images, 'a.png'), picture)
  writeFileSync(join(images, 'copy.png'), picture)
  await engine.client.datasets.add({ path: join(folder, 'images') })
  const { workspace } = engine.session.open()
  const digest = () =>
    workspace.db.prepare<[], Buffer>('SELECT digest FROM example').pluck().all()[0] ?? Buffer.alloc(32)
  await expect.poll(() => workspace.thumbnails.get(digest(), 192), { timeout: 60_000 }).toBeTruthy()
  const made = workspace.thumbnails.get(digest(), 192)
  expect(await sharp(made).metadata()).toMatchObject({ format: 'webp', width: 192, height: 96 })
})
