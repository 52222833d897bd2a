import { classTitle } from '#shared/classNames.ts'
import type { ClassScore, ConfusionPair } from '#shared/contract/index.ts'
import type { Column } from '../../../ui/table.ts'
import { integer, percent, percentRange } from '../../../lib/format.ts'

/** Columns for pairs of a true class and a predicted class. */
export const pairColumns: Column<ConfusionPair>[] = [
  { key: 'truth', title: 'True class', text: (p) => classTitle(p.truthName) },
  { key: 'predicted', title: 'Taken for', text: (p) => classTitle(p.predictedName) },
  { key: 'n', title: 'Images', text: (p) => integer(p.n), value: (p) => p.n, align: 'right' },
  { key: 'share', title: 'Of class', text: (p) => percent(p.share), value: (p) => p.share, align: 'right' },
]

/** Columns for the scores of each class. */
export const classColumns: Column<ClassScore>[] = [
  { key: 'name', title: 'Class', text: (c) => classTitle(c.name) },
  { key: 'n', title: 'Images', text: (c) => integer(c.n), value: (c) => c.n, align: 'right' },
  {
    key: 'recall',
    title: 'Recall',
    text: (c) => percent(c.recall),
    value: (c) => c.recall,
    align: 'right',
    hint: 'Share of the class that is right',
  },
  {
    key: 'interval',
    title: '95 %',
    text: (c) => percentRange(c.interval),
    align: 'right',
    class: 'text-muted',
  },
  {
    key: 'precision',
    title: 'Precision',
    text: (c) => percent(c.precision),
    value: (c) => c.precision,
    align: 'right',
    hint: 'Share of the images predicted as this class that belong to it',
  },
  {
    key: 'most',
    title: 'Most for',
    text: (c) => (c.confusedWith ? `${classTitle(c.confusedWith)}: ${c.confusedN}` : ''),
  },
]
