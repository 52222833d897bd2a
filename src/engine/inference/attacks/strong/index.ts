/** Attacks that look at the answers for their images: Auto-PGD, Square, Carlini and Wagner. */
export { checkStop, networkOf } from './network.ts'
export { strongAttack } from './strongAttack.ts'
export { leastEpsilons, type LeastEpsilons } from './leastEpsilons.ts'
