import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/glossary.md'), 'utf8')
const terms = [...page.matchAll(/^\| ([a-z ]+?) +\|/gm)]
  .map(([, term = '']) => term)
  .filter((t) => t !== 'term')

it('has forty words at most, in alphabetical order', () => {
  expect(terms.length).toBeGreaterThan(30)
  expect(terms.length).toBeLessThanOrEqual(40)
  expect(terms).toEqual([...terms].sort())
})

/** Words that the glossary replaced, and where they must stay: in what older versions wrote. */
const replaced: Record<string, readonly string[]> = {
  stimulus: [],
  subject: [
    'src/engine/workspace/migrations/',
    'src/engine/studies/masks/',
    'src/engine/figures/pdf/index.ts',
  ],
  maker: ['src/engine/bundles/manifest.ts'],
  recipe: [],
}

it.each(Object.entries(replaced))('names nothing in the code %s', (word, kept) => {
  const files = globSync('src/**/*.{ts,vue}', { cwd: root }).filter(
    (file) => !kept.some((start) => file.startsWith(start)),
  )
  expect(files.length).toBeGreaterThan(500)
  const pattern = new RegExp(`\\b${word}s?\\b|\\b${word}[A-Z]|[a-z]${word[0]?.toUpperCase()}${word.slice(1)}`)
  expect(files.filter((file) => pattern.test(readFileSync(join(root, file), 'utf8')))).toEqual([])
})
