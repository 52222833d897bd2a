import type { WorkspaceInfo } from '#shared/contract/index.ts'
import { plural } from '../../lib/format.ts'

const words: readonly [keyof NonNullable<WorkspaceInfo['unkept']>, string, string][] = [
  ['studies', 'study', 'studies'],
  ['predictions', 'prediction', 'predictions'],
  ['figures', 'figure', 'figures'],
  ['subsets', 'subset', 'subsets'],
  ['notes', 'note or tag', 'notes and tags'],
]

/** What would be lost with a workspace that is not kept, e.g. ["1 study", "320 predictions"]. */
export const lossesOf = (unkept: NonNullable<WorkspaceInfo['unkept']>): string[] =>
  words.filter(([key]) => unkept[key] > 0).map(([key, one, many]) => plural(unkept[key], one, many))
