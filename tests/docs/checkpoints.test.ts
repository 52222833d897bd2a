import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { familyIds } from '#engine/checkpoints/index.ts'

it('docs/checkpoints.md has a row for each family', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/checkpoints.md'), 'utf8')
  const rows = page.split('\n').flatMap((line) => /^\| (\w[^|]*?) +\|/.exec(line)?.[1] ?? [])
  expect(rows).toEqual(['family', ...[...familyIds].sort()])
})
