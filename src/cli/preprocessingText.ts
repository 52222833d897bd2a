import { canonicalJson } from '#shared/canonical.ts'
import type { Model, Preprocessing, PreprocessingTrial, SidecarState } from '#shared/contract/index.ts'
import { originText, preprocessingState, preprocessingText } from '#shared/preprocessing.ts'
import { formatPairs, formatTable } from './format.ts'

/** One model with its preprocessing, where that is from, and its labels. */
export const modelText = (model: Model): string =>
  formatPairs([
    ['model', `${model.title} (${model.family}, ${model.classes} classes)`],
    ['file', model.problem ? `${model.path} (${model.problem.message})` : model.path],
    ['sha256', model.digest],
    ['labels', model.labelSet],
    ['preprocessing', preprocessingText(model.preprocessing)],
    ['state', `${preprocessingState(model.origin)}: ${originText(model.origin)}`],
  ])

/** What to do about models whose preprocessing is assumed; empty where there are none. */
export const assumedHint = (models: readonly Model[]): string =>
  models
    .filter(({ origin }) => preprocessingState(origin) === 'assumed')
    .map(
      ({ id, title, origin }) =>
        `The preprocessing of ${title} is assumed (${originText(origin)}). Try candidates: kernelscope model set ${id} --try DATASET\n`,
    )
    .join('')

/** The candidates of a trial side by side, the best first. */
export function trialTable({ title, preprocessing: set }: Model, trial: PreprocessingTrial): string {
  const share = (value: number) => `${(100 * value).toFixed(1)} %`
  const table = formatTable(
    [
      { title: '#', right: true },
      { title: 'Right', right: true },
      { title: 'Accuracy', right: true },
      { title: '95 % interval', right: true },
      { title: 'Candidate' },
    ],
    trial.candidates.map(({ title: values, preprocessing, images, correct, interval }, place) => [
      String(place + 1),
      `${correct}/${images}`,
      images === 0 ? '–' : share(correct / images),
      interval ? `${share(interval.lo)} to ${share(interval.hi)}` : '–',
      `${values}: ${preprocessingText(preprocessing)}${isSame(preprocessing, set) ? ' (set now)' : ''}`,
    ]),
  )
  const known =
    trial.classes < trial.drawnClasses ? `${trial.classes} of ${trial.drawnClasses}` : String(trial.classes)
  const chance = `${known} classes, so chance is ${share(1 / trial.classes)}`
  return `${title} on ${trial.dataset}, seed ${trial.seed}, ${trial.provider}; ${chance}\n${table}`
}

const isSame = (a: Preprocessing, b: Preprocessing) => canonicalJson(a) === canonicalJson(b)

/** Names the members of a sidecar that says nothing of use, such as mistyped ones; empty where there are none. */
export const unreadHint = ({ title }: Model, { path, unread = [] }: SidecarState): string =>
  unread.length === 0
    ? ''
    : `${title}: ${path} says neither labels nor preprocessing; not read: ${unread.join(', ')}\n`

/** Says that a sidecar was added or changed, or what is wrong with it; empty where it is as stored. */
export function sidecarHint({ id, title }: Model, { state, path, changes, problem }: SidecarState): string {
  if (state === 'faulty') return `${title}: ${problem?.message ?? path}\n`
  if (state !== 'differs') return ''
  return `${title}: ${path} says otherwise than what is stored: ${changes.join('; ')}. Take it with: kernelscope model set ${id} --from-sidecar (or --keep)\n`
}
