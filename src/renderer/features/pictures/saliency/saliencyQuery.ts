import type { SaliencyMethod, SaliencyTarget } from '#shared/contract/index.ts'

export type MethodName = SaliencyMethod['method']

/** What the address says of a saliency picture; texts as they stand there. */
export interface SaliencyTexts {
  method: MethodName
  copies: string
  noise: string
  seed: string
  steps: string
  baseline: 'black' | 'mean'
  target: string
}

const within = (text: string, fallback: number, min: number, max: number): number => {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? Math.max(min, Math.min(max, value)) : fallback
}

/** The method with its parameters, each kept within what the engine takes. */
export function methodOf(texts: SaliencyTexts): SaliencyMethod {
  switch (texts.method) {
    case 'gradient':
      return { method: 'gradient' }
    case 'smoothGrad':
      return {
        method: 'smoothGrad',
        copies: Math.round(within(texts.copies, 25, 1, 1000)),
        noise: within(texts.noise, 0.15, 0, 1),
        seed: Math.round(within(texts.seed, 0, 0, 2 ** 31)),
      }
    case 'integratedGradients':
      return {
        method: 'integratedGradients',
        steps: Math.round(within(texts.steps, 50, 1, 1000)),
        baseline: texts.baseline,
      }
  }
}

/** "predicted", "true" or a class index; what is none of them is taken for "predicted". */
export function targetOf(text: string): SaliencyTarget {
  if (text === 'true') return { kind: 'true' }
  return /^\d+$/.test(text) ? { kind: 'class', index: Number(text) } : { kind: 'predicted' }
}

/** How many gradients a method computes, which is what it costs. */
export function gradientsOf(method: SaliencyMethod): number {
  if (method.method === 'gradient') return 1
  return method.method === 'smoothGrad' ? method.copies : method.steps + 1
}

/** How the small pictures of saliency on the pages of an image are made, and in words. */
export const tileMethod: SaliencyMethod = { method: 'smoothGrad', copies: 25, noise: 0.15, seed: 0 }
export const tileMethodTitle = 'SmoothGrad of the predicted class, 25 copies'

export const methodTitles: Record<MethodName, string> = {
  gradient: 'Gradient',
  smoothGrad: 'SmoothGrad',
  integratedGradients: 'Integrated gradients',
}
