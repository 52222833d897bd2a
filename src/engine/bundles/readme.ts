import { preprocessingsLong } from '#shared/preprocessingChange.ts'
import { sampleLong } from '#shared/sampleWords.ts'
import type { Manifest } from './manifest.ts'

/** Writes the README.txt of a bundle, for readers without Kernelscope. */
export function readme({
  study,
  dataset,
  models,
  counts,
  kernelscope,
  variants,
}: Omit<Manifest, 'files'>): string {
  const runtimes = new Set(
    variants.map(
      ({ runtime }) => `ONNX Runtime ${runtime.onnxruntime}, ${runtime.provider}, ${runtime.precision}`,
    ),
  )
  return [
    `${study.title}`,
    '='.repeat(study.title.length),
    '',
    `A study of the kind "${study.kindTitle}" (${study.kind}), measured with Kernelscope ${kernelscope}.`,
    '',
    dataset
      ? `Images:   ${counts.images} of ${dataset.title}${study.sample ? `, ${sampleLong(study.sample)}` : ''}`
      : 'Images:   none; it reads the weights of the models',
    ...models.map(({ title, file, digest }) => `Model:    ${title} (${file}, sha256 ${digest})`),
    ...[...runtimes].map((runtime) => `Runtime:  ${runtime}`),
    ...(study.preprocessings ? [`Shown as: ${preprocessingsLong(study.preprocessings)}`] : []),
    `Settings: ${JSON.stringify(study.params)}`,
    '',
    'Files',
    '-----',
    'bundle.json       what was measured on what: models, preprocessing, conditions, digests of all files',
    'study.json        tables and figures as data',
    'basis.json        what else the result rests on: models, datasets, classes',
    'images.csv        the images of the study, by the sha256 of their files',
    'facts.csv         one line per prediction; variant and condition count from 0 in bundle.json',
    'failures.csv      why images could not be measured, if there are any',
    'measurements.csv  vectors that were measured besides predictions, if there are any',
    'draws.json        the random masks or subsets, if there are any',
    'figures/, tables/ for people',
    '',
    'Images and models are named by the sha256 of their files and are not inside.',
    'To check it:    kernelscope bundle verify FILE',
    'To look at it:  kernelscope bundle open FILE, or drop it on the app.',
    '',
  ].join('\n')
}
