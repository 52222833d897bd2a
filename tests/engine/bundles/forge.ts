import { createHash } from 'node:crypto'
import type { Engine } from '#engine/api/index.ts'
import { openBundle, writeArchive, type Bundle } from '#engine/bundles/index.ts'
import { manifestText } from '#engine/bundles/manifest.ts'
import type { BundleVerdict } from '#shared/contract/index.ts'

type Manifest = Bundle['manifest']

/** Writes a copy of a bundle with changed files, and with a manifest that fits them. */
export async function forge(
  from: string,
  path: string,
  changes: Record<string, (text: string, manifest: Manifest) => string>,
  rewritten: (manifest: Manifest) => Manifest = (manifest) => manifest,
): Promise<string> {
  const { manifest, archive, close } = await openBundle(from)
  const entries = []
  for (const { name } of manifest.files) {
    const content = await archive.read(name, 1e9)
    const change = changes[name]
    entries.push({ name, content: change ? Buffer.from(change(content.toString(), manifest)) : content })
  }
  close()
  const files = entries.map(({ name, content }) => ({
    name,
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  }))
  const content = Buffer.from(manifestText(rewritten({ ...manifest, files })))
  await writeArchive(path, [...entries, { name: 'bundle.json', content }])
  return path
}

export async function verify(
  engine: Engine,
  path: string,
  options: { sample?: number; folders?: string[]; tolerance?: number } = {},
): Promise<BundleVerdict> {
  for await (const event of await engine.client.bundles.verify({ path, ...options }))
    if (event.type === 'result') return event.result
  throw new Error('no verdict')
}

/** Makes a bundle of a study, at a path or among the exports, and returns its path. */
export async function bundleOf(
  { client }: Pick<Engine, 'client'>,
  studyId: number,
  path?: string,
): Promise<string> {
  for await (const event of await client.bundles.make({ studyId, ...(path === undefined ? {} : { path }) }))
    if (event.type === 'result') return event.result.files[0]?.path ?? ''
  throw new Error('no bundle')
}
