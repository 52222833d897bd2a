import type { Convolution, Layer } from '#shared/contract/index.ts'
import { compact, integer, shape } from '../../../lib/format.ts'
import type { Column } from '../../../ui/table.ts'

export type ConvolutionRow = Convolution & { index: number }

const mono = 'selectable font-mono text-xs truncate'

export const layerColumns: Column<Layer>[] = [
  {
    key: 'index',
    title: '#',
    text: (l) => String(l.index),
    value: (l) => l.index,
    align: 'right',
    width: '4.5rem',
    class: 'text-muted',
  },
  { key: 'op', title: 'Operator', text: (l) => l.op, width: '11rem' },
  { key: 'node', title: 'Node', text: (l) => l.node, width: 'minmax(12rem, 1fr)', class: mono },
  { key: 'shape', title: 'Output', text: (l) => shape(l.outputShape), width: '11rem', class: mono },
  {
    key: 'parameters',
    title: 'Parameters',
    text: (l) => (l.parameters === 0 ? '' : integer(l.parameters)),
    value: (l) => l.parameters,
    align: 'right',
    width: '8rem',
  },
  {
    key: 'macs',
    title: 'MACs',
    text: (l) => (l.macs === 0 ? '' : compact(l.macs)),
    value: (l) => l.macs,
    align: 'right',
    width: '7rem',
  },
]

export const convolutionColumns: Column<ConvolutionRow>[] = [
  {
    key: 'index',
    title: '#',
    text: (c) => String(c.index),
    value: (c) => c.index,
    align: 'right',
    width: '4.5rem',
    class: 'text-muted',
  },
  {
    key: 'kernel',
    title: 'Kernel',
    text: (c) => c.kernel.join(' × '),
    value: (c) => c.kernel[0] * c.kernel[1],
    align: 'right',
    width: '6rem',
  },
  {
    key: 'channels',
    title: 'Channels',
    text: (c) => integer(c.channels),
    value: (c) => c.channels,
    align: 'right',
    width: '6rem',
  },
  {
    key: 'group',
    title: 'Groups',
    text: (c) => integer(c.group),
    value: (c) => c.group,
    align: 'right',
    width: '6rem',
  },
  {
    key: 'stride',
    title: 'Stride',
    text: (c) => c.stride.join(' × '),
    value: (c) => c.stride[0],
    align: 'right',
    width: '5.5rem',
  },
  {
    key: 'kind',
    title: 'Kind',
    text: (c) => (c.depthwise ? 'depthwise' : c.kernel[0] === 1 && c.kernel[1] === 1 ? 'pointwise' : 'dense'),
    width: '7rem',
  },
  { key: 'weight', title: 'Weight', text: (c) => c.weight, width: 'minmax(10rem, 1fr)', class: mono },
  { key: 'node', title: 'Node', text: (c) => c.node, width: 'minmax(10rem, 1fr)', class: mono },
]
