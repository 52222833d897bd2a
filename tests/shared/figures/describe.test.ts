import { describe, expect, it } from 'vitest'
import { describeFigure } from '#shared/figures/describe.ts'
import { bars, curves, matrix } from './specs.ts'

describe('a figure in words', () => {
  it('names the kind, the axes, the series and their values', () => {
    expect(describeFigure(curves)).toBe(
      'Accuracy falls with the share of dropped patches. Line chart of 3 series: Information loss (%) across, Top-1 accuracy (%) upwards. ' +
        'Net <31>: 90.0 % at 0.0 %, 60.0 % at 50.0 %, 10.0 % at 90.0 %. ' +
        'Net 3: 90.0 % at 0.0 %, 80.0 % at 25.0 %, 30.0 % at 75.0 %. ' +
        'Net 3 (reported): 55.0 % at 50.0 %. Line at 6.3 %: chance.',
    )
  })

  it('names the categories of bars', () => {
    expect(describeFigure(bars)).toContain('top-1: 80.0 % at Net 31, 70.0 % at Net 3.')
  })

  it('gives the first, last, largest and smallest of many points', () => {
    const heights = [0.5, 0.7, 0.9, 0.6, 0.1, 0.2, 0.3, 0.4]
    const [first] = curves.series
    const long = { ...curves, series: [{ ...first!, points: heights.map((y, at) => ({ x: at / 10, y })) }] }
    expect(describeFigure(long)).toContain(
      '8 points, from 50.0 % at 0.0 % to 40.0 % at 70.0 %, largest 90.0 % at 20.0 %, least 10.0 % at 40.0 %',
    )
  })

  it('counts the series that it does not describe', () => {
    const many = {
      ...curves,
      series: Array.from({ length: 30 }, (_, at) => ({ ...curves.series[0]!, id: String(at) })),
    }
    expect(describeFigure(many)).toContain('And 18 more series.')
  })

  it('says where the largest and the smallest cell of a heatmap are', () => {
    expect(describeFigure(matrix('sequential', [0.1, 0.9, null, 0.4, 0, 0.2]))).toBe(
      'A matrix. Heatmap of 2 rows (True) and 3 columns (Predicted). share: largest 0.9 at cat, dog; least 0 at dog, dog; colours from 0 to 0.9.',
    )
    expect(describeFigure(matrix('diverging', [null, null, null, null, null, null]))).toContain(
      'No cell has a value',
    )
  })
})
