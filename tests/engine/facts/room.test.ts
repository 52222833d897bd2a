import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const engine = fileURLToPath(new URL('../../../src/engine', import.meta.url))
const tables = 'condition|variant|prediction|measurement|failure|fact_block|fact_change|table_version'
const asked = new RegExp(`\\b(FROM|JOIN|INTO|UPDATE)\\s+(${tables})\\b`)

it('only src/engine/facts queries the tables of facts, except that the workspace counts and checks their rows', () => {
  const files = readdirSync(engine, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && asked.test(readFileSync(join(engine, file), 'utf8')))
  const rooms = new Set(files.map((file) => file.split('/')[0]))
  expect(rooms).toEqual(new Set(['facts', 'workspace']))
  expect(files.filter((file) => /^workspace\/(?!(migrations|keeping|facts)\/)/.test(file))).toEqual([
    'workspace/cache.ts',
  ])
})
