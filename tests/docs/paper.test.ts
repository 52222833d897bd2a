import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { paperEntries, printedNumbers, repeating, studyDefinitions } from '#engine/studies/index.ts'
import { paperDoc, paperPath } from '../../scripts/docs/paper.ts'

describe('docs/paper.md', () => {
  it('is up to date with the presets and the numbers of the paper (node scripts/docs/paper.ts)', () => {
    expect(readFileSync(paperPath, 'utf8')).toBe(paperDoc())
  })

  it('has a study for every table and figure but the list of benchmarks', () => {
    const without = paperEntries.filter(({ title }) => repeating(title).length === 0)
    expect(without.map(({ title }) => title)).toEqual(['Table 8'])
  })

  it('has every number of the paper under its table or figure, each read off a study that repeats it', () => {
    for (const { source, what, reading } of printedNumbers()) {
      const kinds = repeating(source).map(({ definition }) => definition.id)
      expect(kinds, `${source}: ${what}`).toContain(reading?.kind)
    }
  })
})

it('presets that repeat the paper name tables and figures that it has, and say what deviates', () => {
  const titles = paperEntries.map(({ title }) => title)
  for (const { id, presets, published } of studyDefinitions)
    for (const { repeats, deviates, published: asPublished } of presets) {
      expect(titles, id).toEqual(expect.arrayContaining([...(repeats ?? [])]))
      if (repeats) expect(deviates, id).toBeDefined()
      if (asPublished) expect(published, id).toBeDefined()
    }
})
