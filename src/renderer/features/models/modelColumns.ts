import type { Model } from '#shared/contract/index.ts'
import { preprocessingState } from '#shared/preprocessing.ts'
import { sourceWord } from '#shared/labelWords.ts'
import { bytes, compact, dateTime, integer } from '../../lib/format.ts'
import type { Column } from '../../ui/table.ts'

/** Columns of the list of models. */
export const modelColumns: Column<Model>[] = [
  { key: 'title', title: 'Model', text: (m) => m.title },
  { key: 'family', title: 'Family', text: (m) => m.family },
  {
    key: 'parameters',
    title: 'Parameters',
    text: (m) => compact(m.parameters),
    value: (m) => m.parameters,
    align: 'right',
  },
  {
    key: 'macs',
    title: 'MACs',
    hint: 'Multiply-accumulates for one image',
    text: (m) => compact(m.macs),
    value: (m) => m.macs,
    align: 'right',
  },
  {
    key: 'kernel',
    title: 'Largest kernel',
    hint: 'Side of the largest depthwise convolution',
    text: (m) => (m.largestKernel ? `${m.largestKernel} × ${m.largestKernel}` : '–'),
    value: (m) => m.largestKernel,
    align: 'right',
  },
  {
    key: 'classes',
    title: 'Classes',
    text: (m) => integer(m.classes),
    value: (m) => m.classes,
    align: 'right',
  },
  {
    key: 'labels',
    title: 'Labels',
    hint: 'Where the labels come from',
    text: (m) => sourceWord[m.labelSource],
  },
  {
    key: 'input',
    title: 'Input',
    text: (m) => `${m.preprocessing.size[1]} × ${m.preprocessing.size[0]}`,
    value: (m) => m.preprocessing.size[0],
    align: 'right',
  },
  {
    key: 'state',
    title: 'Preprocessing',
    hint: 'Known, assumed from a guess, or confirmed in a trial',
    text: (m) => preprocessingState(m.origin),
  },
  { key: 'bytes', title: 'File', text: (m) => bytes(m.bytes), value: (m) => m.bytes, align: 'right' },
  {
    key: 'added',
    title: 'Added',
    text: (m) => dateTime(m.addedAt),
    value: (m) => m.addedAt,
    align: 'right',
    class: 'text-muted',
  },
]
