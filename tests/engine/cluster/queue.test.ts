import { expect, it } from 'vitest'
import { askCommand, readAnswer } from '#engine/cluster/queue.ts'

const folders = ['/shared/a', '/shared/b']
const lines = (...text: string[]) => `${text.join('\n')}\n`

it('reads queue, accounts and files from one answer', () => {
  const seen = readAnswer(
    lines(
      '12|0|RUNNING|n1|ks1-1|None',
      '12|1|PENDING||ks1-1|JobArrayTaskLimit',
      '::kernelscope:: queue 0',
      '11_3|TIMEOUT|n2|ks1-1|None',
      '11_[4-9%2]|PENDING||ks1-1|None',
      '11_2|CANCELLED by 1000|n1|ks1-1|None',
      '::kernelscope:: accounts 0',
      '1',
      '3ab',
      '.kernelscope-draft.tmp',
      '::kernelscope:: packs 0',
      '1.2 130 unit n1',
      '1.3 what is this',
      '::kernelscope:: folder 0',
      '::kernelscope:: folder 0',
    ),
    folders,
  )
  expect(Object.fromEntries(seen.tasks ?? [])).toEqual({
    'ks1-1.0': { job: '12', state: 'RUNNING', node: 'n1', reason: 'None' },
    'ks1-1.1': { job: '12', state: 'PENDING', node: '', reason: 'JobArrayTaskLimit' },
    'ks1-1.3': { job: '11', state: 'TIMEOUT', node: 'n2', reason: 'None' },
    'ks1-1.2': { job: '11', state: 'CANCELLED', node: 'n1', reason: 'None' },
  })
  expect(seen.folders.get('/shared/a')?.packs).toEqual(['1', '3ab'])
  expect([...(seen.folders.get('/shared/a')?.ends ?? [])]).toEqual([
    ['1.2', { code: 130, part: 'unit', node: 'n1' }],
  ])
  // Its folder is not there.
  expect(seen.folders.has('/shared/b')).toBe(false)
})

it.each([
  ['slurm_load_jobs error: Unable to contact slurm controller (connect failure)', 1],
  // It lists nothing then, and ends with 0.
  ['slurm_load_partitions: Socket timed out on send/recv operation', 0],
])('knows nothing of tasks while the controller is away, but of files: %s', (said, code) => {
  const seen = readAnswer(
    lines(
      said,
      `::kernelscope:: queue ${code}`,
      '::kernelscope:: accounts 1',
      '7',
      '::kernelscope:: packs 0',
      '::kernelscope:: folder 0',
    ),
    ['/shared/a'],
  )
  expect(seen.tasks).toBeNull()
  expect(seen.problem).toBe(said)
  expect(seen.folders.get('/shared/a')?.packs).toEqual(['7'])
})

it('asks SLURM once for all runs of a host, and not at all where only files are looked for', () => {
  const both = askCommand({ names: ['ks1-1', 'ks2-1'], folders, days: 2 })
  expect(both.match(/squeue/g)).toHaveLength(1)
  expect(both).toContain("-n 'ks1-1,ks2-1'")
  expect(askCommand({ names: [], folders, days: 2 })).not.toMatch(/squeue|sacct/)
})
