import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createEngine } from '#engine/api/index.ts'
import { temporaryFolder } from '../../temporary.ts'

export const golden = join(import.meta.dirname, '../../corpus/workspaces/schema-6/workspace.sqlite')

/** A workspace of schema 6 with results, in a folder of its own. */
export function workspaceFolder(): string {
  const path = join(temporaryFolder(), 'workspace')
  mkdirSync(path)
  cpSync(golden, join(path, 'workspace.sqlite'))
  return path
}

/** An engine that ends with the test. */
export async function engine() {
  const started = await createEngine()
  onTestFinished(() => started.close())
  return started
}

/** The result of work that tells its progress. */
export async function resultOf<T>(
  work: Promise<AsyncIterable<{ type: 'progress' } | { type: 'result'; result: T }>>,
): Promise<T> {
  for await (const event of await work) if (event.type === 'result') return event.result
  throw new Error('no result')
}
