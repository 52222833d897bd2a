import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { root } from '../../scripts/run.ts'

/**
 * Elements without a role of their own, which must not have an accessible name (WAI-ARIA 1.2, generic and similar
 * roles).
 */
const nameless = /<(pre|p|div|span|dl|canvas)\b([^>]*)>/g

it('gives an accessible name only to elements with a role, in every state', () => {
  const files = globSync('src/renderer/**/*.vue', { cwd: root })
  expect(files.length).toBeGreaterThan(100)
  const found = files.flatMap((file) =>
    [...readFileSync(path.join(root, file), 'utf8').matchAll(nameless)]
      .filter(
        ([, , attributes = '']) => /aria-label(ledby)?=/.test(attributes) && !/\brole=/.test(attributes),
      )
      .map(([, tag]) => `${file}: ${tag}`),
  )
  expect(found).toEqual([])
})
