import { checkWords, differenceText, verdictWords } from '#shared/bundleWords.ts'
import { classTitle } from '#shared/classNames.ts'
import type { BundlePart, BundleVerdict } from '#shared/contract/index.ts'
import { errorCodes } from '#shared/errors.ts'
import { formatCount } from './format.ts'

/** Exit code of `bundle verify`. A signature that does not fit, or is not of a trusted signer, is a difference. */
export const verdictExit = ({ verdict, signature: { state } }: BundleVerdict): number =>
  state === 'broken' || state === 'untrusted' ? exits.disagrees : exits[verdict]

const exits: Record<BundleVerdict['verdict'], number> = {
  agrees: 0,
  disagrees: errorCodes.BUNDLE_MALFORMED.exit,
  partly: 12,
  unchecked: 12,
}

/** Describes the verdict on a bundle: on its facts, vectors and tables, as far as it has any. */
export function describeVerdict(found: BundleVerdict): string {
  const lines = [
    `${verdictWords[found.verdict]}.`,
    ...(found.signature.state === 'none' ? [] : [found.signature.detail]),
    ...aboutParts(found.parts),
    ...aboutFacts(found),
    ...aboutMeasured(found),
    ...aboutRuntimes(found),
    ...found.unchecked.map(({ reason, n }) => `Not checked, ${n}: ${reason}.`),
    ...found.measured.disagreeing.map(
      ({ model, what, image, place, column, stored, found: now }) =>
        `${model}, ${what}${image === null ? '' : ` of ${image.slice(0, 12)}`}, ${column ?? `number ${place + 1}`}: stored ${stored ?? 'none'}, found ${now ?? 'none'}`,
    ),
    ...found.disagreeing.map(
      ({ model, image, className, condition, stored, found: now }) =>
        `${model}, ${classTitle(className)} ${image.slice(0, 12)}, ${condition}: stored class ${stored.predicted} (${stored.confidence.toFixed(4)}), found ${now.predicted} (${now.confidence.toFixed(4)})`,
    ),
  ]
  return `${lines.join('\n')}\n`
}

/** Says how each part was checked: those that fit in one line, those that were only read or differ one by one. */
function aboutParts(parts: readonly BundlePart[]): string[] {
  const of = (how: BundlePart['how']) => parts.filter((part) => part.how === how)
  const named = (how: BundlePart['how']) =>
    of(how).length > 0
      ? [
          `${checkWords[how]}: ${of(how)
            .map(({ part }) => part)
            .join(', ')}.`,
        ]
      : []
  const reasons = Map.groupBy(of('read'), ({ detail }) => detail)
  return [
    ...named('recomputed'),
    ...named('derived'),
    ...[...reasons].map(
      ([why, own]) =>
        `${checkWords.read}: ${own.map(({ part }) => part).join(', ')}${why ? ` (${why})` : ''}.`,
    ),
    ...of('differs').flatMap(({ part, differences, differing }) => [
      ...differences.map((one) => `${checkWords.differs}: ${part}, ${differenceText(one)}.`),
      ...(differing > differences.length
        ? [`${checkWords.differs}: ${part}, at ${differing - differences.length} more places.`]
        : []),
    ]),
  ]
}

function aboutFacts({
  facts,
  sampled,
  seed,
  checked,
  identical,
  largest,
  tolerance,
}: BundleVerdict): string[] {
  if (facts === 0) return []
  const drawn = `Of ${formatCount(facts)} facts, ${sampled} were drawn (seed ${seed}) and ${checked} computed again.`
  if (checked === 0) return [drawn]
  return [
    drawn,
    `${identical} are equal to the last bit; the largest difference of a probability is ${largest.toPrecision(2)} (at most ${tolerance} is let pass).`,
  ]
}

function aboutMeasured({ measurements, seed, tolerance, measured }: BundleVerdict): string[] {
  const { sampled, checked, identical, largest } = measured
  if (sampled === 0) return []
  const [what, scale] =
    measurements > 0
      ? [
          `Of ${formatCount(measurements)} measured vectors, ${sampled} were drawn (seed ${seed}) and ${checked} computed again`,
          'vector',
        ]
      : [
          `Of ${formatCount(sampled)} rows of tables that are read from models alone, ${checked} were read again`,
          'column',
        ]
  if (checked === 0) return [`${what}.`]
  return [
    `${what}; ${identical} are equal to the last bit, the largest difference is ${largest.toPrecision(2)} of the largest number of its ${scale} (at most ${tolerance}).`,
  ]
}

function aboutRuntimes({ storedOn, checkedOn }: BundleVerdict): string[] {
  if (storedOn.length === 0) return []
  const again = checkedOn.length > 0 ? `; computed again on ${checkedOn.join(', ')}` : ''
  return [`Stored on ${storedOn.join('; ')}${again}.`]
}
