import type { Inspection, Model } from '#shared/contract/index.ts'
import { preprocessingState, preprocessingText } from '#shared/preprocessing.ts'
import { bytes, compact, integer, percent } from '../../lib/format.ts'

/** One property of two models, and how the second model differs from the first. */
export interface ComparedFact {
  label: string
  a: string
  b: string
  /** Empty where there is no difference to show. */
  delta: string
  same: boolean
}

interface ComparedModel {
  model: Model
  inspection: Inspection
}

/** The properties of two models that fit in one line each. */
export function comparedFacts(a: ComparedModel, b: ComparedModel): ComparedFact[] {
  const number = (
    label: string,
    of: (side: ComparedModel) => number | null,
    text: (value: number | null) => string,
  ): ComparedFact => {
    const [left, right] = [of(a), of(b)]
    return { label, a: text(left), b: text(right), delta: deltaText(left, right), same: left === right }
  }
  const words = (label: string, of: (side: ComparedModel) => string): ComparedFact => ({
    label,
    a: of(a),
    b: of(b),
    delta: '',
    same: of(a) === of(b),
  })
  return [
    words('Family', ({ model }) => model.family),
    number('Parameters', ({ model }) => model.parameters, compact),
    number('MACs per image', ({ model }) => model.macs, compact),
    number('Blocks', ({ inspection }) => inspection.blocks.length, integer),
    number(
      'Removable blocks',
      ({ inspection }) => inspection.blocks.filter((block) => block.removable).length,
      integer,
    ),
    number('Layers', ({ inspection }) => inspection.layers.length, integer),
    number(
      'Largest kernel',
      ({ model }) => model.largestKernel,
      (side) => (side ? `${side} × ${side}` : 'none'),
    ),
    words('Input', ({ model }) => `${model.preprocessing.size[1]} × ${model.preprocessing.size[0]}`),
    words('Preprocessing', ({ model }) => preprocessingText(model.preprocessing)),
    words('Preprocessing is', ({ model }) => preprocessingState(model.origin)),
    number('Classes', ({ model }) => model.classes, integer),
    number('File', ({ model }) => model.bytes, bytes),
  ]
}

/** "+12.5 %", "−3.0 %", or "×4.2" beyond a doubling; empty for equal or unknown numbers. */
export function deltaText(a: number | null, b: number | null): string {
  if (a === null || b === null || a === b || a === 0 || b === 0) return ''
  const ratio = b / a
  if (ratio >= 2 || ratio <= 0.5)
    return ratio >= 1 ? `×${ratio.toPrecision(3)}` : `÷${(1 / ratio).toPrecision(3)}`
  return `${ratio > 1 ? '+' : '−'}${percent(Math.abs(ratio - 1))}`
}
