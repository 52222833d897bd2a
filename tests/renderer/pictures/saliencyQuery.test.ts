import { expect, it } from 'vitest'
import { saliencyMethod, saliencyTarget } from '#shared/contract/index.ts'
import { gradientsOf, saliencyMethodNames } from '#shared/saliencyMethods/index.ts'
import { methodOf, targetOf } from '../../../src/renderer/features/pictures/saliency/saliencyQuery.ts'

it('reads a method with its parameters, with the contract’s defaults for missing ones', () => {
  expect(methodOf('gradient', { copies: '8' })).toEqual({ method: 'gradient' })
  for (const method of saliencyMethodNames)
    expect(methodOf(method, {})).toEqual(saliencyMethod.parse({ method }))
  expect(methodOf('integratedGradients', { steps: '', baseline: 'mean' })).toEqual({
    method: 'integratedGradients',
    steps: 50,
    baseline: 'mean',
  })
  expect(methodOf('smoothGrad', { copies: '8', noise: '0.2', seed: '3' })).toEqual({
    method: 'smoothGrad',
    copies: 8,
    noise: 0.2,
    seed: 3,
  })
})

it('never asks for values that the engine refuses', () => {
  const wild = ['-5', '1e9', 'x', '0.4', '']
  for (const text of wild) {
    const smooth = methodOf('smoothGrad', { copies: text, noise: text, seed: text })
    const integrated = methodOf('integratedGradients', { steps: text, baseline: text })
    expect(saliencyMethod.safeParse(smooth).success).toBe(true)
    expect(saliencyMethod.safeParse(integrated).success).toBe(true)
    expect(saliencyTarget.safeParse(targetOf(text)).success).toBe(true)
  }
})

it('reads the class that is explained', () => {
  expect(targetOf('true')).toEqual({ kind: 'true' })
  expect(targetOf('7')).toEqual({ kind: 'class', index: 7 })
  expect(targetOf('')).toEqual({ kind: 'predicted' })
})

it('counts the gradients that a map needs', () => {
  expect(gradientsOf({ method: 'gradient' })).toBe(1)
  expect(gradientsOf({ method: 'integratedGradients', steps: 50, baseline: 'black' })).toBe(51)
  expect(gradientsOf({ method: 'smoothGrad', copies: 25, noise: 0.1, seed: 0 })).toBe(25)
})
