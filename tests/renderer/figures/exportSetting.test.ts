import { describe, expect, it } from 'vitest'
import { contract } from '#shared/contract/index.ts'
import { figureFormat } from '#shared/contract/figures.ts'
import {
  atVenue,
  exportInput,
  firstSetting,
} from '../../../src/renderer/features/figures/export/exportSetting.ts'
import { formatChoices } from '../../../src/renderer/features/figures/export/formats.ts'

describe('the setting of an exported figure', () => {
  it('takes width and font size from the venue', () => {
    const icml = atVenue(firstSetting(), 'icml', 'column')
    expect(icml).toMatchObject({ width: 3.25, fontSize: 8, typeface: 'serif' })
    expect(atVenue(icml, 'neurips', 'column').width).toBe(5.5)
    expect(atVenue(icml, 'icml', 'half').width).toBe(3.375)
    expect(atVenue(icml, 'free', 'text')).toEqual(icml)
  })

  it('offers every format of the contract, and is accepted by the contract', () => {
    expect(formatChoices.map((c) => c.value).sort()).toEqual([...figureFormat.options].sort())
    const schema = contract.figures.export['~orpc'].inputSchema
    expect(exportInput(firstSetting())).not.toHaveProperty('directory')
    for (const directory of [null, '/figures']) {
      const parsed = schema?.safeParse({ studyId: 1, ...exportInput({ ...firstSetting(), directory }) })
      expect(parsed?.success).toBe(true)
    }
  })
})
