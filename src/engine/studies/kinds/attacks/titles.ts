import type { Attack } from '#shared/attacks.ts'

/** Titles of attacks. */
export const attackTitles: Record<Attack['kind'], string> = {
  fgsm: 'FGSM',
  pgd: 'PGD',
  mifgsm: 'MI-FGSM',
  'taig-s': 'TAIG-S',
  'taig-r': 'TAIG-R',
  sign: 'random sign',
}

/** An epsilon in [0,1] units and in grey levels: "ε 0.1 (25.5/255)". */
export const epsilonTitle = (epsilon: number): string =>
  `ε ${epsilon} (${Number((255 * epsilon).toPrecision(3))}/255)`
