import type { KernelLayer } from '#shared/contract/index.ts'

type Shape = Pick<KernelLayer, 'kernel' | 'channels'>

/**
 * Two shallow and two deep layers, as in Fig. 9: the first two, and the last two of the stage with most layers (of those
 * with as many, the deepest). Layers of a stage have the same kernel and the same number of channels: RepLKNet-31B's last
 * stage of two 13x13 layers is not the one the paper shows. All of them where there are four or fewer.
 */
export function firstAndLast<Layer extends Shape>(layers: readonly Layer[]): Layer[] {
  if (layers.length <= 4) return [...layers]
  const stages = [...Map.groupBy(layers, ({ kernel, channels }) => `${kernel} ${channels}`).values()]
  const most = Math.max(...stages.map(({ length }) => length))
  const deep = (most < 2 ? undefined : stages.findLast(({ length }) => length === most)) ?? layers
  return [...new Set([...layers.slice(0, 2), ...deep.slice(-2)])]
}
