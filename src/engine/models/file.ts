import { statSync } from 'node:fs'
import { basename } from 'node:path'
import type {
  CheckpointChoice,
  Inspection,
  Preprocessing,
  PreprocessingOrigin,
} from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { publishedPreprocessing, readBeside, type Beside } from '../checkpoints/index.ts'
import { classifierInterface, largestSide, onGraphThread, type ClassifierInterface } from '../onnx/index.ts'
import { modelFileAt } from './folder.ts'
import { labelsOf, type LabelList } from './labelList.ts'
import { knownPreprocessing } from './knownWeights.ts'
import { metadataPreprocessing } from './metadata.ts'
import { guessPreprocessing } from './presets.ts'
import { readSidecar, sidecarPath, stemOf, type Sidecar } from './sidecar.ts'

/** Contents of a model file and its sidecar, before they are stored. */
export interface ModelFile {
  path: string
  title: string
  digest: string
  bytes: number
  /** Time of the file's last change, ms since 1970. */
  mtime: number
  inspection: Inspection
  classes: number
  preprocessing: Preprocessing
  origin: PreprocessingOrigin
  labels: LabelList
  sidecar: Sidecar | null
  /** What lies beside it and could not be taken, by file. */
  problems: string[]
}

/**
 * Reads and inspects a classifier in the graph thread. The network of a checkpoint is built there.
 *
 * @param choice what a checkpoint is built with; what lies beside it and the defaults where it is left out
 * @throws CANCELLED where the signal is aborted; the errors of `modelFileAt`
 * @throws the errors of `readModel`, `classifierInterface`, `readSidecar` and `checkSize`
 */
export async function readModelFile(
  path: string,
  signal?: AbortSignal,
  choice?: CheckpointChoice,
): Promise<ModelFile> {
  const file = modelFileAt(path)
  const inspection = await onGraphThread({ kind: 'inspect', path: file, choice }, signal)
  const io = interfaceOf(inspection, file)
  checkAnswers(inspection, io, file)
  const sidecar = await readSidecar(file)
  const beside = await readBeside(file)
  const said = sidecar?.preprocessing ?? beside.preprocessing?.preprocessing
  const size: [number, number] = [io.height ?? said?.size[0] ?? 224, io.width ?? said?.size[1] ?? 224]
  const { preprocessing, origin } = statedPreprocessing(file, inspection, size, { sidecar, beside })
  checkSize(preprocessing, io, file)
  return {
    path: file,
    title: sidecar?.title ?? beside.title ?? stemOf(basename(file)),
    digest: await onGraphThread(
      { kind: 'digest', path: file, choice: inspection.checkpoint?.choice },
      signal,
    ),
    bytes: inspection.bytes,
    mtime: Math.round(statSync(file).mtimeMs),
    inspection,
    classes: io.classes,
    preprocessing,
    origin,
    labels: labelsOf(io.classes, sidecar?.labels ?? labelsBeside(beside, io.classes), file),
    sidecar,
    problems: [
      ...beside.problems,
      ...(sidecar?.unread
        ? [
            `${basename(sidecarPath(file))} says neither labels nor preprocessing; not read: ${sidecar.unread.join(', ')}`,
          ]
        : []),
    ],
  }
}

/** Labels of a file beside the model, where they are as many as it has outputs. */
const labelsBeside = ({ labels }: Beside, classes: number) =>
  labels?.labels.length === classes ? labels.labels : undefined

/** Like `classifierInterface`, with the file in the message. */
function interfaceOf(inspection: Inspection, file: string): ClassifierInterface {
  try {
    return classifierInterface(inspection)
  } catch (error) {
    if (!(error instanceof KernelscopeError)) throw error
    throw new KernelscopeError(error.code, `${error.message}: ${file}`, { cause: error, hint: error.hint })
  }
}

/** @throws MODEL_UNSUPPORTED where the answer to an image is not one of several, or not the same in every call */
function checkAnswers(
  { unsteady }: Inspection,
  { output, classes }: ClassifierInterface,
  file: string,
): void {
  if (unsteady !== undefined)
    throw new KernelscopeError(
      'MODEL_UNSUPPORTED',
      `answers differ from call to call, ${unsteady}: ${file}`,
      {
        hint: 'Export it in evaluation mode, without random numbers.',
      },
    )
  if (classes === 1)
    throw new KernelscopeError('MODEL_UNSUPPORTED', `output ${output}: one class, two are needed: ${file}`, {
      hint: 'Export a single logit z as two outputs, torch.cat([torch.zeros_like(z), z], 1).',
    })
}

/**
 * The preprocessing of a model file: what is said beside it or in it, else what is known of weights of its name, else a
 * guess, of a checkpoint the one that its family is published with; with where it is from.
 */
function statedPreprocessing(
  file: string,
  { family, metadata = {}, checkpoint }: Inspection,
  size: [number, number],
  { sidecar, beside }: { sidecar: Sidecar | null; beside: Beside },
): { preprocessing: Preprocessing; origin: PreprocessingOrigin } {
  const from = (
    source: PreprocessingOrigin['from'],
    preprocessing: Preprocessing,
    detail: string | null = null,
  ) => ({ preprocessing, origin: { from: source, detail, confirmed: null } })
  if (sidecar?.preprocessing) return from('sidecar', sidecar.preprocessing, basename(sidecarPath(file)))
  const found = beside.preprocessing
  if (found?.preprocessing.size.every((side, axis) => side === size[axis]))
    return from('sidecar', found.preprocessing, found.file)
  const stated = metadataPreprocessing(metadata, size)
  if (stated) return from('metadata', stated.preprocessing, stated.entry)
  const stem = stemOf(basename(file))
  const known = knownPreprocessing(stem, family, size)
  if (known) return from('known', known, stem)
  const published = publishedPreprocessing(stem, size)
  if (published) return from('known', published.preprocessing, `${stem} (${published.source})`)
  if (checkpoint) return from('guess', checkpoint.published.preprocessing, checkpoint.published.source)
  return from('guess', guessPreprocessing(family, size))
}

/**
 * @throws MODEL_UNSUPPORTED where the graph fixes an input size other than that of the preprocessing, or where its images
 * would be larger than `largestSide`
 */
export function checkSize(
  preprocessing: Preprocessing,
  io: { height: number | null; width: number | null },
  file: string,
): void {
  const [height, width] = preprocessing.size
  if (Math.max(height, width, preprocessing.resizeTo ?? 0) > largestSide)
    throw new KernelscopeError(
      'MODEL_UNSUPPORTED',
      `the preprocessing makes images of more than ${largestSide} pixels a side: ${file}`,
      { hint: 'Correct the size of the preprocessing, and the size that it resizes to.' },
    )
  if ((io.height ?? height) === height && (io.width ?? width) === width) return
  throw new KernelscopeError(
    'MODEL_UNSUPPORTED',
    `the model takes ${io.height}x${io.width} pixels, the preprocessing gives ${height}x${width}: ${file}`,
    {
      hint: 'Set the size of the preprocessing to the size of the input.',
    },
  )
}
