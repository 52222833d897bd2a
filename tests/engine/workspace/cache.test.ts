import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  cacheParts,
  createWorkspace,
  emptyParts,
  trimCache,
  type Workspace,
} from '#engine/workspace/index.ts'
import { temporaryFolder } from '../../temporary.ts'

/** A workspace with thumbnails, two rewritten graphs of different ages, a map and an export. */
function used(): Workspace {
  const workspace = createWorkspace(join(temporaryFolder(), 'workspace'))
  onTestFinished(() => workspace.close())
  for (let n = 0; n < 20; n++) workspace.thumbnails.put(Buffer.alloc(32, n), 192, Buffer.alloc(5000, n))
  for (const [name, day] of [
    ['old.onnx', 1],
    ['new.onnx', 2],
  ] as const) {
    const file = join(workspace.weights, name)
    writeFileSync(file, Buffer.alloc(100_000))
    utimesSync(file, 86_400 * day, 86_400 * day)
  }
  workspace.db
    .prepare(
      `INSERT INTO map (key, kind, result, parts, data, used_at) VALUES ('k', 'saliency', '{}', '[]', ?, 1)`,
    )
    .run(Buffer.alloc(3000))
  mkdirSync(join(workspace.exports, 'study-1'))
  writeFileSync(join(workspace.exports, 'study-1', 'figure.svg'), '<svg/>')
  return workspace
}
const sizes = (workspace: Workspace) =>
  Object.fromEntries(cacheParts(workspace).map(({ id, items }) => [id, items]))

describe('the parts of a workspace', () => {
  it('are counted by kind', () => {
    const workspace = used()
    expect(sizes(workspace)).toEqual({
      thumbnails: 20,
      graphs: 2,
      maps: 1,
      archives: 0,
      lists: 0,
      facts: 0,
      exports: 1,
    })
    const bytes = new Map(cacheParts(workspace).map((part) => [part.id, part.bytes]))
    expect(bytes.get('graphs')).toBe(200_000)
    expect(bytes.get('maps')).toBe(3000)
    expect(bytes.get('thumbnails')).toBeGreaterThan(100_000)
  })

  it('are emptied one by one, except facts and exports', () => {
    const workspace = used()
    expect(emptyParts(workspace, ['thumbnails', 'graphs', 'facts', 'exports'])).toBeGreaterThan(300_000)
    expect(sizes(workspace)).toEqual({
      thumbnails: 0,
      graphs: 0,
      maps: 1,
      archives: 0,
      lists: 0,
      facts: 0,
      exports: 1,
    })
    workspace.thumbnails.put(Buffer.alloc(32, 7), 192, Buffer.from('again'))
    expect(workspace.thumbnails.get(Buffer.alloc(32, 7), 192)?.toString()).toBe('again')
  })

  it('are kept under the limit; above it, thumbnails are deleted first, and older graphs before newer ones', () => {
    const workspace = used()
    expect(trimCache(workspace, 10_000_000)).toBe(0)
    trimCache(workspace, 150_000)
    expect(sizes(workspace)).toMatchObject({ thumbnails: 0, maps: 0, graphs: 1 })
    expect(trimCache(workspace, 150_000)).toBe(0)
  })
})
