import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { datasetPaths } from '../../src/cli/datasetPaths.ts'
import { temporaryFolder } from '../temporary.ts'

it('each path is a dataset, but shards of one name are that of their folder', () => {
  const folder = join(temporaryFolder(), 'shards')
  mkdirSync(folder)
  const shards = ['val-000000.tar', 'val-000001.tar', 'val-000002.tar'].map((name) => join(folder, name))
  for (const shard of shards) writeFileSync(shard, '')
  expect(datasetPaths([...shards, '/data/imagenet-a.tar', '/data/val', '/data/imagenet-r.tar'])).toEqual([
    folder,
    '/data/imagenet-a.tar',
    '/data/val',
    '/data/imagenet-r.tar',
  ])
  expect(datasetPaths(['/data/test-00000-of-00001.parquet'])).toEqual(['/data/test-00000-of-00001.parquet'])
  writeFileSync(join(folder, 'other.zip'), '')
  expect(() => datasetPaths(shards)).toThrow('holds other.zip too')
})
