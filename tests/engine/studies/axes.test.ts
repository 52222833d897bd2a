import { expect, it } from 'vitest'
import { studyDefinitions } from '#engine/studies/index.ts'

const axisOf = (kind: string) => studyDefinitions.find(({ id }) => id === kind)?.axis

it.each([
  [{ attack: 'fgsm', epsilons: [0.1, 0.2] }, 'ε in [0,1] units', 'ε 0.1'],
  [{ attack: 'pgd', epsilons: [0.1], steps: [1, 5] }, 'Steps', '5 steps'],
])('attacks with %j stand along "%s"', (changed, title, label) => {
  const definition = studyDefinitions.find(({ id }) => id === 'adversarial')
  const chosen: Record<string, unknown> = { ...definition?.params.parse({}), ...changed }
  const axis = axisOf('adversarial')
  expect(axis?.title(chosen)).toBe(title)
  const at = axis?.of({ epsilon: 0.1, steps: 5 }, chosen) ?? NaN
  expect(axis?.label(at, chosen)).toBe(label)
})

it('nothing says that a corruption, a band or a perturbation gets harder along its axis', () => {
  for (const kind of ['imagenet-c', 'noise-frequency', 'imagenet-p']) {
    expect(axisOf(kind), kind).toBeDefined()
    expect(axisOf(kind)?.hardens, kind).toBeUndefined()
  }
})
