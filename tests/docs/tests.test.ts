import { globSync, readFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'
import { expect, it } from 'vitest'
import { apart, mocked, pure } from '../pure.ts'

const root = join(import.meta.dirname, '../..')
const all = globSync('tests/**/*.test.ts', { cwd: root }).map((file) => file.replaceAll('\\', '/'))
const textOf = (file: string) => readFileSync(join(root, file), 'utf8')
const isIn = (file: string, list: readonly string[]) => list.some((glob) => matchesGlob(file, glob))

it('lists the test files that replace a module', () => {
  const replaces = new RegExp(String.raw`\bvi\.(do)?[mM]ock\(`)
  expect(all.length).toBeGreaterThan(200)
  expect(all.filter((file) => replaces.test(textOf(file))).toSorted()).toEqual(mocked)
})

it('lists the test files that change their process for others', () => {
  const changes = new RegExp(
    [
      String.raw`process\.env\[[^\]]+\] = |delete process\.env|stubEnv\(|stubGlobal\(`,
      String.raw`process\.(chdir|umask|on|once)\(|spyOn\(\w+\.prototype`,
    ].join('|'),
  )
  const shared = all.filter((file) => !file.startsWith('tests/e2e/') && !isIn(file, [...pure, ...apart]))
  expect(shared.length).toBeGreaterThan(100)
  expect(shared.filter((file) => changes.test(textOf(file)))).toEqual([])
  expect(all.filter((file) => isIn(file, apart) && changes.test(textOf(file))).length).toBeGreaterThan(5)
})

it('lists globs of test files that there are', () => {
  for (const glob of [...pure, ...apart])
    expect([glob, all.some((file) => matchesGlob(file, glob))]).toEqual([glob, true])
})
