import { checkMeanings, checkWords, differenceText, verdictWords } from '#shared/bundleWords.ts'
import {
  bundleChecks,
  type BundlePart,
  type BundleVerdict,
  type OpenedBundle,
} from '#shared/contract/index.ts'
import { escapeMarkup } from '#shared/figures/tooltip.ts'
import { htmlPage } from './document.ts'

/** What a certificate is about, and who wrote it. */
export interface Certificate {
  verdict: BundleVerdict
  bundle: Pick<OpenedBundle, 'kernelscope' | 'study' | 'dataset' | 'models' | 'counts'>
  /** Version of Kernelscope that checked, and of the ONNX Runtime that it has. */
  version: string
  onnxruntime: string
  /** When it was checked. */
  date: Date
  /** `@font-face` rules with the fonts inside. */
  fonts: string
}

/** Writes what was checked of a bundle, how, and what was found, as one HTML page for a reviewer. */
export function certificateHtml(certificate: Certificate): string {
  const { verdict, bundle, version, fonts } = certificate
  const title = `Check of ${bundle.study.title}`
  const differing = verdict.parts.filter(({ how }) => how === 'differs')
  return htmlPage({ title, version, fonts }, [
    `<header><h1>${escapeMarkup(title)}</h1>`,
    `<p class="${verdict.verdict === 'agrees' ? 'lead' : 'warn'}"><strong>${verdictWords[verdict.verdict]}.</strong> ${escapeMarkup(verdict.signature.detail)}</p></header>`,
    '<main>',
    pairs(factsOf(certificate)),
    ...(differing.length > 0 ? ['<h2>What differs</h2>', differences(differing)] : []),
    '<h2>How each part was checked</h2>',
    parts(verdict.parts),
    '<h2>What was computed again</h2>',
    pairs(computedOf(verdict)),
    '<h2>What the words mean</h2>',
    pairs(bundleChecks.map((how) => [checkWords[how], checkMeanings[how]])),
    '</main>',
    `<footer>Written by Kernelscope ${escapeMarkup(version)}. It holds for the file with this sha256 alone; <code>kernelscope bundle verify</code> repeats the check.</footer>`,
  ])
}

type Pair = readonly [string, string]

const pairs = (all: readonly Pair[]) =>
  `<dl>${all.map(([name, value]) => `<dt>${escapeMarkup(name)}</dt><dd>${escapeMarkup(value)}</dd>`).join('')}</dl>`

function factsOf({ verdict, bundle, version, onnxruntime, date }: Certificate): Pair[] {
  const { study, dataset, models, counts } = bundle
  const { file, signature } = verdict
  return [
    ['File', `${file.name}, ${file.bytes} bytes`],
    ['sha256', file.sha256],
    ['Signature', signature.detail],
    ['Study', `${study.title} (${study.kindTitle})`],
    ['Settings', JSON.stringify(study.params)],
    ['Images', dataset ? `${counts.images} of ${dataset.title}` : 'none; it reads the weights of the models'],
    ...models.map(({ title, file: name, digest }): Pair => ['Model', `${title} (${name}, sha256 ${digest})`]),
    [
      'Facts',
      `${counts.facts} predictions, ${counts.measurements} measured vectors, ${counts.conditions} conditions`,
    ],
    [
      'Made with',
      `Kernelscope ${bundle.kernelscope}${verdict.storedOn.length > 0 ? `; ${verdict.storedOn.join('; ')}` : ''}`,
    ],
    [
      'Checked with',
      `Kernelscope ${version}, ONNX Runtime ${onnxruntime}${verdict.checkedOn.length > 0 ? ` on ${verdict.checkedOn.join(', ')}` : ''}`,
    ],
    ['Checked on', `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`],
  ]
}

function computedOf(verdict: BundleVerdict): Pair[] {
  const { facts, sampled, seed, checked, identical, largest, tolerance, measured } = verdict
  return [
    [
      'Predictions',
      `${sampled} of ${facts} drawn with seed ${seed}, ${checked} computed again, ${identical} equal to the last bit, largest difference of a probability ${largest} (at most ${tolerance})`,
    ],
    [
      'Vectors and tables',
      `${measured.sampled} drawn, ${measured.checked} computed again, ${measured.identical} equal to the last bit, largest difference ${measured.largest}`,
    ],
    ...verdict.disagreeing.map(({ model, image, stored, found }): Pair => [
      'Disagrees',
      `${model}, image ${image}: stored class ${stored.predicted} (${stored.confidence}), found ${found.predicted} (${found.confidence})`,
    ]),
    ...verdict.measured.disagreeing.map(({ model, what, stored, found }): Pair => [
      'Disagrees',
      `${model}, ${what}: stored ${stored}, found ${found}`,
    ]),
    ...verdict.unchecked.map(({ reason, n }): Pair => ['Not computed', `${n}: ${reason}`]),
  ]
}

const parts = (all: readonly BundlePart[]) =>
  table(
    ['Part', 'Check', 'What was done'],
    all.map(({ part, how, detail }) => [part, checkWords[how], how === 'differs' ? 'see above' : detail]),
  )

const differences = (all: readonly BundlePart[]) =>
  table(
    ['Part', 'Difference'],
    all.flatMap(({ part, differences: listed, differing }) => [
      ...listed.map((one) => [part, differenceText(one)]),
      ...(differing > listed.length ? [[part, `at ${differing - listed.length} more places`]] : []),
    ]),
  )

const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  `<div class="scroll"><table><thead><tr>${head.map((one) => `<th scope="col">${one}</th>`).join('')}</tr></thead><tbody>${rows
    .map((row) => `<tr>${row.map((cell) => `<td>${escapeMarkup(cell)}</td>`).join('')}</tr>`)
    .join('')}</tbody></table></div>`
