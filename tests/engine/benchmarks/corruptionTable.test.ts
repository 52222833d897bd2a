import { expect, it } from 'vitest'
import { params } from '#engine/studies/benchmarks/imagenetC/conditions.ts'
import { summaryTable } from '#engine/studies/benchmarks/imagenetC/tables.ts'
import type { Grid } from '#engine/studies/definition/index.ts'

// Only what the table reads.
const grid = { models: [], cells: [] } as unknown as Grid

const titlesOf = (chosen: Record<string, unknown>) =>
  summaryTable(grid, params.parse(chosen), null, new Map(), 'made').columns.flatMap(({ title }) =>
    title.startsWith('Mean top-1') ? [title] : [],
  )

it('the summary of ImageNet-C has each mean once, and its title says over what', () => {
  const whole = 'Mean top-1, 19 corruptions, severity 5'
  expect(titlesOf({})).toEqual([whole])
  expect(titlesOf({ severities: [5] })).toEqual([whole])
  expect(titlesOf({ severities: [1, 5] })).toEqual(['Mean top-1, 19 corruptions, severities 1, 5', whole])
  expect(titlesOf({ corruptions: ['fog'], severities: [5] })).toEqual(['Mean top-1, fog, severity 5', whole])
})
