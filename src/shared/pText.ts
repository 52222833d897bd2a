import { plainNumber } from './figures/format.ts'

/** A p-value as it is printed: "< 0.001", else two significant digits. */
export const pText = (p: number): string => (p < 0.001 ? '< 0.001' : plainNumber(p, 2))
