import type { PaperNumber } from '#shared/contract/index.ts'
import { paperMetrics } from '#shared/paperMetrics.ts'
import { paperRows, paperSays } from '../summary/paper.ts'
import { cellReading, largestLoss, metricReading, type Reading } from './readings.ts'

/** A number of the paper, and how the same is read off a study. */
export interface Printed extends Omit<PaperNumber, 'ours'> {
  /** The table or figure. */
  source: string
  /** null where no study measures it. */
  reading: Reading | null
}

/** Cells of ImageNet-9 by the paper's names. */
const variations: Readonly<Record<string, string>> = {
  Original: 'original',
  'Mixed-Same': 'mixed_same',
  'Mixed-Rand': 'mixed_rand',
}

function readingOf({ dataset, metric, params }: ReturnType<typeof paperRows>[number]): Reading | null {
  const known = paperMetrics[`${dataset}, ${metric}`]
  if (known) return metricReading(known.metric)
  const variation = dataset === 'ImageNet-9' ? variations[metric] : undefined
  if (variation !== undefined) return cellReading('imagenet-9', ({ key }) => key === variation)
  if (metric === 'TAIG attack success rate')
    return metricReading(`transfer-attack.taig-r-${params?.epsilon ?? 0}`)
  return null
}

/** The numbers of the paper's tables. */
const ofTables = (): Printed[] =>
  paperRows().map((row) => ({
    source: row.source,
    model: row.model,
    what: `${row.dataset}, ${row.metric}${row.params?.epsilon === undefined ? '' : `, ε ${row.params.epsilon}`}`,
    unit: row.unit,
    better: row.better,
    printed: row.value,
    exactness: 'printed',
    provenance: row.provenance ?? null,
    reading: readingOf(row),
  }))

/** The numbers that the text gives of figures. */
function ofFigures(): Printed[] {
  const said = paperSays()
  const shared = { unit: '%', better: 'higher', provenance: null } as const
  const fgsm = said.find(({ source, value }) => source === 'Fig. 6a' && value !== undefined)
  const lesion = said.find(({ source }) => source === 'Fig. 7')
  const noise = said.find(({ source, value }) => source === 'Fig. 8' && value !== undefined)
  return [
    ...(fgsm?.model && fgsm.value !== undefined
      ? [
          {
            ...{ ...shared, source: fgsm.source, model: fgsm.model, printed: fgsm.value },
            what: 'ImageNet val, top-1 under FGSM, ε 0.3',
            exactness: 'printed' as const,
            reading: cellReading(
              'adversarial',
              ({ params }) => params['kind'] === 'fgsm' && params['epsilon'] === 0.3,
            ),
          },
        ]
      : []),
    ...(lesion?.values ?? []).map(({ model, top1 }) => ({
      ...{ ...shared, source: 'Fig. 7', model, printed: top1 },
      what: 'ImageNet val, top-1 with a third of the blocks removed',
      exactness: 'about' as const,
      reading: metricReading('lesion.third'),
    })),
    ...(noise?.model && noise.value !== undefined
      ? [
          {
            ...{ source: noise.source, model: noise.model, printed: noise.value, provenance: null },
            what: 'ImageNet val, largest loss of top-1 under noise of 0.1π to 0.8π',
            ...{ unit: 'pp', better: 'lower' as const, exactness: 'at most' as const },
            reading: largestLoss,
          },
        ]
      : []),
  ]
}

/** All numbers that the paper gives of its tables and figures. */
export const printedNumbers = (): Printed[] => [...ofTables(), ...ofFigures()]
