import type { DataTable } from '#shared/contract/index.ts'
import { calibrationError, expectedCalibrationError, responseRateAccuracy } from '../../metrics/index.ts'
import type { Db } from '../../workspace/index.ts'
import { outcomesInTurn } from './outcomes.ts'
import type { Grid, GridModel } from '../definition/index.ts'

/** How well confidence predicts correctness, each from 0 to 1; null without judged images. */
export interface Calibration {
  /** RMS calibration error over bins of 100 images in order of confidence; all bins count. */
  rms: number | null
  /** Expected calibration error over ten bins of equal width. */
  ece: number | null
  /** Mean accuracy of the k most confident images, k = 1 to all. */
  aurra: number | null
}

/**
 * Computes the calibration of one condition of a model, over images whose class it knows and whose outputs
 * were finite.
 */
export async function calibrationOf(db: Db, model: GridModel, key: string): Promise<Calibration> {
  const confidence: number[] = []
  const right: boolean[] = []
  for await (const chunk of outcomesInTurn(db, model, key))
    for (const verdict of chunk) {
      if (verdict.correct === null || !verdict.finite) continue
      confidence.push(verdict.confidence)
      right.push(verdict.correct)
    }
  return {
    rms: calibrationError(confidence, right),
    ece: expectedCalibrationError(confidence, right),
    aurra: responseRateAccuracy(confidence, right),
  }
}

/** Says where a condition has too few images for two bins of 100. */
export const binNotes = ({ cells }: Pick<Grid, 'cells'>, key: string): string[] =>
  cells.some((cell) => cell.key === key && cell.n > 0 && cell.n < 200)
    ? [
        'RMS calibration error of fewer than 200 images is that of a single bin: how far mean confidence and accuracy are apart.',
      ]
    : []

export const calibrationColumns: DataTable['columns'] = [
  { key: 'rms', title: 'RMS calibration error', kind: 'fraction', better: 'lower' },
  { key: 'ece', title: 'ECE', kind: 'fraction', better: 'lower' },
  { key: 'aurra', title: 'AURRA', kind: 'fraction', better: 'higher' },
]
