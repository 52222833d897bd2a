import type { BundleDifference, BundlePart, BundleSignature, BundleVerdict } from './contract/index.ts'
import type { StudyState } from './studyState.ts'

/** The verdict on a bundle in words. */
export const verdictWords: Record<BundleVerdict['verdict'], string> = {
  agrees: 'It agrees',
  partly: 'It agrees as far as it was checked',
  disagrees: 'It does not agree',
  unchecked: 'Nothing could be checked',
}

/** What is said of a bundle whose study is not complete, by the state of the study; older bundles have none. */
export function unfinishedWords(state: StudyState | undefined): string {
  if (state === 'failures') return 'Some images could not be measured when the bundle was made.'
  if (state === 'stopped')
    return 'The study was stopped early as asked: its captions say why, and how many images were measured.'
  return 'The study was not complete when the bundle was made.'
}

/** The state of a bundle's signature in words. */
export const signatureWords: Record<BundleSignature['state'], string> = {
  none: 'Not signed',
  sound: 'Signed with a key that is not known here',
  trusted: 'Signed by',
  untrusted: 'Not signed by an allowed signer',
  broken: 'The signature does not fit',
  unknown: 'The signature was not checked',
}

/** How a part of a bundle was checked, in words. */
export const checkWords: Record<BundlePart['how'], string> = {
  recomputed: 'Computed again',
  derived: 'Derived again',
  read: 'Only read',
  differs: 'Differs',
}

/** What the words of a check mean. */
export const checkMeanings: Record<BundlePart['how'], string> = {
  recomputed: 'It, or a sample of it, was measured again with the models and images themselves.',
  derived:
    'It follows from the facts of the bundle, to the last byte. That does not say that the facts are true.',
  read: 'It could be read. Nothing that was done here says whether it is true.',
  differs: 'It is not what follows from the rest of the bundle, or not what was measured now.',
}

/** A difference in words, without the part it is in. */
export const differenceText = ({ where, stored, found }: BundleDifference): string =>
  `${where === '' ? '' : `${where}: `}stored ${stored ?? 'nothing'}, should be ${found ?? 'nothing'}`
