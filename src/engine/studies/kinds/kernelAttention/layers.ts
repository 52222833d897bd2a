import type { KernelLayer } from '#shared/contract/index.ts'

type Shape = Pick<KernelLayer, 'kernel' | 'channels'>

/**
 * Chooses two shallow and two deep layers, as in Fig. 9: the first two, and the last two of the stage with
 * the most layers (the deepest of several such stages). Layers of a stage have the same kernel and number of
 * channels. RepLKNet-31B's last stage, two 13x13 layers, is thus not chosen; the paper does not show it
 * either. All layers where there are four or fewer.
 */
export function firstAndLast<Layer extends Shape>(layers: readonly Layer[]): Layer[] {
  if (layers.length <= 4) return [...layers]
  const stages = [...Map.groupBy(layers, ({ kernel, channels }) => `${kernel} ${channels}`).values()]
  const most = Math.max(...stages.map(({ length }) => length))
  const deep = (most < 2 ? undefined : stages.findLast(({ length }) => length === most)) ?? layers
  return [...new Set([...layers.slice(0, 2), ...deep.slice(-2)])]
}
