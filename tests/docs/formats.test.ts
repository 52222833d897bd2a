import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fromBitset, parseDraws } from '#shared/transforms/index.ts'
import { formats, schemaPath, schemaText } from '../../scripts/docs/schemas.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/formats.md'), 'utf8')
const examples = [...page.matchAll(/```json format=(\S+)\n(.*?)```/gs)].map(([, name = '', text = '']) => ({
  name,
  text,
}))

describe('the formats of files', () => {
  it.each(Object.keys(formats))('%s: its schema is up to date (node scripts/docs/schemas.ts)', (name) => {
    expect(readFileSync(schemaPath(name), 'utf8')).toBe(schemaText(name))
  })

  it('have a schema each and no others, and an example each', () => {
    const named = Object.keys(formats)
    expect(readdirSync(dirname(schemaPath('draws'))).toSorted()).toEqual(
      named.map((name) => `${name}.json`).toSorted(),
    )
    expect([...new Set(examples.map(({ name }) => name))].toSorted()).toEqual(named.toSorted())
  })

  it.each(examples)('the example of $name is accepted by its schema', ({ name, text }) => {
    expect(formats[name]?.schema.safeParse(JSON.parse(text))).toMatchObject({ success: true })
  })

  it('says which patches of its example are dropped', () => {
    const { entries } = parseDraws(examples.find(({ name }) => name === 'draws')?.text ?? '')
    const [bits = ''] = Object.values(entries['50/0'] ?? {})
    const dropped = [...fromBitset(bits, 9)].flatMap((bit, patch) => (bit ? [patch + 1] : []))
    expect(page).toContain(
      `patches ${dropped.slice(0, -1).join(', ')} and ${dropped.at(-1)} of nine are dropped`,
    )
  })
})
