import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { studyDefinitions } from '#engine/studies/index.ts'
import { pagePath, studyPage } from '../../scripts/docs/studies.ts'

describe('the pages of the studies', () => {
  it.each(studyDefinitions.map((definition) => [definition.id, definition] as const))(
    'the page of %s is up to date with its definition (node scripts/docs/studies.ts)',
    (id, definition) => {
      expect(readFileSync(pagePath(id), 'utf8')).toBe(studyPage(definition))
    },
  )

  it.each(studyDefinitions.map((definition) => [definition.id, definition] as const))(
    '%s has definitions with formulas and at least one preset, and its presets are valid',
    (_id, { definitions, presets, params }) => {
      expect(definitions.length).toBeGreaterThan(0)
      expect(presets.length).toBeGreaterThan(0)
      for (const preset of presets) expect(params.strict().safeParse(preset.params).success).toBe(true)
    },
  )

  it('are all in the table of README.md, which has no others', () => {
    const table = readFileSync('README.md', 'utf8').split('| study ')[1]?.split('\n\n')[0] ?? ''
    const named = table.split('\n').flatMap((row) => {
      const names = [...(row.split('|')[1] ?? '').matchAll(/`([a-z0-9-]+)`/g)].map(([, name = '']) => name)
      // `imagenet-a`, `-r` stands for imagenet-a and imagenet-r.
      const common = /^(.*)-/.exec(names[0] ?? '')?.[1] ?? ''
      return names.map((name) => (name.startsWith('-') ? common + name : name))
    })
    expect(named.sort()).toEqual(studyDefinitions.map(({ id }) => id).sort())
  })
})
