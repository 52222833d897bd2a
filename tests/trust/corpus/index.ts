import { facts } from './facts.ts'
import type { Forgery } from './forgery.ts'
import { manifests } from './manifests.ts'
import { papers } from './papers.ts'
import { rests } from './rests.ts'
import { results } from './results.ts'

export type { Forgery }
export { refusals } from './refusals.ts'

/** Changes of a genuine bundle, each with the place where it must be found. */
export const forgeries: Forgery[] = [...facts, ...results, ...papers, ...manifests, ...rests]
