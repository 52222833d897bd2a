import { globSync, readFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { circleIn, importsOf } from '../../scripts/lint/cycles.ts'

const root = join(import.meta.dirname, '../..')
const sources = new Map(
  globSync('src/**/*.{ts,vue}', { cwd: root }).map((file) => {
    const path = file.replaceAll('\\', '/')
    return [path, readFileSync(join(root, path), 'utf8')]
  }),
)
const imports = new Map(Array.from(sources, ([file, source]) => [file, importsOf(file, source)]))

it('what a file imports is read from its text', () => {
  const source = [
    `import { a } from './a.ts'`,
    `import type { B } from './b.ts'`,
    `export type { C } from './c.ts'`,
    `import {\n  d,\n  type D,\n} from '../rooms/d.ts'`,
    `export * from '#shared/e.ts'`,
    `import '#engine/f.ts'`,
    `import z from 'zod'`,
    `const g = () => import('./G.vue')`,
    `// import { h } from './h.ts'`,
  ].join('\n')
  expect(importsOf('src/engine/room/index.ts', source)).toEqual([
    'src/engine/room/a.ts',
    'src/engine/rooms/d.ts',
    'src/shared/e.ts',
    'src/engine/f.ts',
    'src/engine/room/G.vue',
  ])
  expect([...imports.values()].flat().length).toBeGreaterThan(5000)
  for (const found of imports.values())
    expect(found.filter((file) => !sources.has(file) && !existsSync(join(root, file)))).toEqual([])
})

it('no files import each other in a circle', () => {
  expect(circleIn(imports)).toBeNull()
})

it('a circle would be found', () => {
  expect(
    circleIn(
      new Map([
        ['a', ['b', 'c']],
        ['b', []],
        ['c', ['d']],
        ['d', ['c']],
      ]),
    ),
  ).toEqual(['c', 'd'])
  expect(circleIn(new Map([['a', ['a']]]))).toEqual(['a'])
  const join = 'src/engine/facts/join.ts'
  const more = new Map(imports).set(join, [...(imports.get(join) ?? []), 'src/engine/facts/counts.ts'])
  expect(circleIn(more)).toContain(join)
})
