import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { mocked } from '../pure.ts'

const root = join(import.meta.dirname, '../..')

it('lists the test files that replace a module', () => {
  const replaces = new RegExp(String.raw`\bvi\.(do)?[mM]ock\(`)
  const found = globSync('tests/**/*.test.ts', { cwd: root })
  expect(found.length).toBeGreaterThan(200)
  expect(found.filter((file) => replaces.test(readFileSync(join(root, file), 'utf8'))).toSorted()).toEqual(
    mocked,
  )
})
