import { expect, it } from 'vitest'
import { axisTitle, conditionTitle } from '../../src/renderer/features/studies/conditionTitle.ts'

it.each([
  ['clean', 'clean'],
  ['percent=0,repeat=0', 'nothing dropped'],
  ['percent=50,repeat=1', '50 % dropped, draw 2'],
  ['non-salient,percent=30', 'non-salient, 30 % dropped'],
  ['epsilon=0.1,steps=1', 'ε 0.1 (25.5/255)'],
  ['epsilon=0.006,steps=20', 'ε 0.006 (1.53/255), 20 steps'],
  ['sign,epsilon=0.01', 'random sign, ε 0.01 (2.55/255)'],
  ['fgsm,epsilon=0.01', 'FGSM, ε 0.01 (2.55/255)'],
  ['transfer,from=3', 'images made with RepLK-3'],
  ['none', 'no block removed'],
  ['n=1,sample=0', '1 block removed, subset 1'],
  ['n=3,sample=9', '3 blocks removed, subset 10'],
  ['block=0', 'without block 1'],
  ['centre=700', 'noise at 0.7π'],
  ['whole', 'kernels as they are'],
  ['window=13', 'kernels cut to 13×13'],
  ['fog,severity=3', 'fog, severity 3'],
])('the condition %s is %s in words', (key, title) =>
  expect(conditionTitle(key, (id) => `RepLK-${id}`)).toBe(title),
)

it('axes have names, unknown ones their own', () => {
  expect(axisTitle('epsilon')).toBe('ε in [0,1] units')
  expect(axisTitle('frame')).toBe('frame')
})
