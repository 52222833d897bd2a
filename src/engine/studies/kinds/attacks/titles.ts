import { numberText } from '#shared/params/numbers.ts'
import type { Attack } from '#shared/attacks.ts'

/** Titles of attacks. */
export const attackTitles: Record<Attack['kind'], string> = {
  fgsm: 'FGSM',
  pgd: 'PGD',
  mifgsm: 'MI-FGSM',
  'taig-s': 'TAIG-S',
  'taig-r': 'TAIG-R',
  sign: 'random sign',
  'apgd-ce': 'APGD-CE',
  'apgd-dlr': 'APGD-DLR',
  'apgd-t': 'APGD-T',
  square: 'Square',
  cw: 'CW',
}

/**
 * An epsilon in [0,1] units, as it was typed, and in the other notation: "ε 0.1 (25.5/255)", "ε 8/255 (0.0314)". An L2
 * norm has no other: "ε 0.5 (L2)".
 */
export const epsilonTitle = (epsilon: number, norm: 'linf' | 'l2' = 'linf'): string =>
  norm === 'l2' ? `ε ${epsilon} (L2)` : `ε ${numberText(epsilon)} (${otherNotation(epsilon)})`

/** "25.5/255" beside a decimal, "0.0314" beside a fraction. Rounded to three places. */
export function otherNotation(epsilon: number): string {
  const fraction = numberText(epsilon).includes('/')
  const rounded = Number((fraction ? epsilon : 255 * epsilon).toPrecision(3))
  return fraction ? String(rounded) : `${rounded}/255`
}
