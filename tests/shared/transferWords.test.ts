import { expect, it } from 'vitest'
import { addedWords, mergeRemarks, mergeRows } from '#shared/mergeWords.ts'
import { salvageRows, salvageText } from '#shared/salvageWords.ts'

const table = (name: string, read: number, damaged: number, lost: number | null) => ({
  name,
  read,
  damaged,
  lost,
})

it('a salvage tells rows once: those that were left out are among the lost', () => {
  const tables = [table('prediction', 90, 3, 10), table('measurement', 5, 2, null), table('map', 0, 0, 0)]
  expect(salvageText(tables)).toBe(
    '12 rows are lost, 5 of them because they were not what was stored. How many there were is not known of: measurement.',
  )
  expect(salvageRows(tables).map(({ title, lost }) => [title, lost])).toEqual([
    ['prediction', '10'],
    ['measurement', '–'],
  ])
  expect(salvageText([table('study', 1, 0, 0)])).toBe('Nothing is known to be lost.')
  expect(salvageText([table('study', 1, 0, 1)])).toBe('1 row is lost.')
})

it('a merge says whether anything was added', () => {
  const models = (added: number) => ({ parts: [{ name: 'models' as const, added, there: 1, remarks: [] }] })
  expect(addedWords(models(1))).toMatch(/^Added\./)
  expect(addedWords(models(0))).toMatch(/^Nothing was added/)
})

it('a merge shows parts that have something, and what was left out first', () => {
  const remark = (title: string, leftOut: boolean, count = 1) => ({
    title,
    message: 'because',
    leftOut,
    count,
  })
  const parts = [
    { name: 'models' as const, added: 0, there: 0, remarks: [] },
    {
      name: 'predictions' as const,
      added: 1,
      there: 2,
      remarks: [remark('a', false), remark('b', true, 40)],
    },
  ]
  expect(mergeRows({ parts })).toEqual([
    { name: 'predictions', title: 'Predictions', added: 1, there: 2, leftOut: 40 },
  ])
  expect(mergeRemarks({ parts })).toEqual([
    'Left out: predictions, b: because.',
    'Note: predictions, a: because.',
  ])
})
