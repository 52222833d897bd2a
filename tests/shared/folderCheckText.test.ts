import { expect, it } from 'vitest'
import { folderCheckText } from '#shared/folderCheckText.ts'

const none = { of: 0, looked: 0, digests: 0, same: 0, changed: 0, missing: 0, names: [] }

it.each([
  [{ of: 600, looked: 600, digests: 600, same: 600 }, 'Digests of 600 of 600 files are equal.'],
  [
    { of: 600, looked: 600, digests: 597, same: 597, changed: 2, missing: 1 },
    'Digests of 597 of 600 files are equal, 2 changed, 1 missing.',
  ],
  [{ of: 600, looked: 200, same: 200 }, '200 of 600 files were looked at: 200 as indexed by size and time.'],
  [
    { of: 600, looked: 200, digests: 3, same: 199, missing: 1 },
    '200 of 600 files were looked at: 196 as indexed by size and time, 3 with the digest that was indexed, 1 missing.',
  ],
])('%o: %s', (found, text) => {
  expect(folderCheckText({ ...none, ...found })).toBe(text)
})
