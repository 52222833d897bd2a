/** ECharts' named symbols as paths in the square [-1,1]², like those that `palette.ts` gives as paths. */
const named: Record<string, string> = {
  circle: 'M1,0A1,1 0 1 1 -1,0A1,1 0 1 1 1,0Z',
  rect: 'M-1,-1H1V1H-1Z',
  triangle: 'M0,-1L1,1H-1Z',
  diamond: 'M0,-1L1,0L0,1L-1,0Z',
}

/** A symbol of the palette at a place, as a shape of a custom series. */
export const symbolAt = (
  symbol: string,
  [x, y]: readonly [number, number],
  size: number,
  style: { fill: string; stroke: string; lineWidth: number },
) => ({
  type: 'path' as const,
  x,
  y,
  scaleX: size / 2,
  scaleY: size / 2,
  shape: { pathData: symbol.startsWith('path://') ? symbol.slice('path://'.length) : (named[symbol] ?? '') },
  style: { ...style, strokeNoScale: true },
})
