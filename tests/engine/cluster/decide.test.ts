import { describe, expect, it } from 'vitest'
import { decide, nextSubmission, nodesToAvoid } from '#engine/cluster/decide.ts'
import { complaintIn, outcomeOf } from '#engine/cluster/outcome.ts'
import type { ClusterAttempt } from '#shared/contract/index.ts'

const tried = (...of: ClusterAttempt['of'][]): ClusterAttempt[] =>
  of.map((one, at) => ({ submission: at + 1, index: 0, node: 'n1', reason: `reason ${at + 1}`, of: one }))
const whole = { images: 8, part: false, divisible: true }
const others = { anyDone: true, failing: 0 }

describe('a unit whose task ended without a pack', () => {
  it('is tried three times, then halved; its halves are halved at once, down to what fails three times', () => {
    expect(decide({ ...whole, attempts: tried('unit') }, others)).toEqual({ do: 'again' })
    expect(decide({ ...whole, attempts: tried('unit', 'place', 'unit') }, others)).toEqual({ do: 'again' })
    expect(decide({ ...whole, attempts: tried('unit', 'unit', 'unit') }, others)).toEqual({ do: 'split' })
    const half = { images: 4, part: true, divisible: true }
    expect(decide({ ...half, attempts: tried('unit') }, others)).toEqual({ do: 'split' })
    const one = { images: 1, part: true, divisible: false }
    expect(decide({ ...one, attempts: tried('unit', 'unit') }, others)).toEqual({ do: 'again' })
    expect(decide({ ...one, attempts: tried('unit', 'unit', 'unit') }, others)).toEqual({
      do: 'fail',
      reason: 'reason 3',
    })
  })

  it('never counts nodes and queue against the unit, but does not go on for ever', () => {
    const lost = (times: number) => tried(...Array.from({ length: times }, () => 'place' as const))
    expect(decide({ ...whole, attempts: lost(9) }, others)).toEqual({ do: 'again' })
    expect(decide({ ...whole, attempts: lost(10) }, others)).toMatchObject({ do: 'stop' })
  })

  it('stops the run where every unit would fail in the same way', () => {
    expect(decide({ ...whole, attempts: tried('setup') }, { anyDone: false, failing: 0 })).toEqual({
      do: 'stop',
      reason: 'reason 1',
    })
    expect(decide({ ...whole, attempts: tried('setup') }, others)).toEqual({ do: 'again' })
    const broken = tried('unit', 'unit', 'unit')
    expect(decide({ ...whole, attempts: broken }, { anyDone: false, failing: 3 })).toMatchObject({
      do: 'stop',
    })
    expect(decide({ ...whole, attempts: broken }, { anyDone: true, failing: 3 })).toEqual({ do: 'split' })
    expect(decide({ ...whole, divisible: false, attempts: broken }, others)).toMatchObject({ do: 'stop' })
  })

  it('is not submitted again where a person cancelled it', () => {
    expect(decide({ ...whole, attempts: tried('person') }, others)).toEqual({
      do: 'cancel',
      reason: 'reason 1',
    })
  })
})

describe('how a task ended', () => {
  const task = (state: string) => ({ job: '1', state, node: 'n2', reason: '' })
  const end = (code: number, part = 'unit') => ({ code, part, node: 'n2' })
  const nothing = { task: undefined, end: undefined, missed: 0, complaint: '', cancelling: false }

  it('is what SLURM says, whatever the task could write before it was ended', () => {
    const told = { ...nothing, end: end(130), missed: 1 }
    expect(outcomeOf({ ...told, task: task('TIMEOUT') })).toMatchObject({
      of: 'unit',
      reason: 'it took longer than the time limit on n2',
    })
    expect(outcomeOf({ ...told, task: task('PREEMPTED') })?.of).toBe('place')
    expect(outcomeOf({ ...told, task: task('NODE_FAIL') })?.of).toBe('place')
    expect(outcomeOf({ ...told, task: task('CANCELLED') })?.of).toBe('person')
    // It has written its record, and SLURM has not said yet why it was ended.
    expect(outcomeOf({ ...told, task: task('RUNNING') })).toBeNull()
  })

  it('is otherwise what the task says, with what Kernelscope complained of', () => {
    const log = `warning: x\nerror[DISK_FULL]: no space left to write /scratch/a\n  Free some disk space.\n`
    expect(outcomeOf({ ...nothing, end: end(4), complaint: complaintIn(log) })).toEqual({
      of: 'place',
      reason: 'error[DISK_FULL]: no space left to write /scratch/a on n2',
    })
    const labels = 'error[STUDY_LABELS]: no class of images is among the labels of Net'
    expect(outcomeOf({ ...nothing, end: end(7), complaint: labels })?.of).toBe('setup')
    expect(outcomeOf({ ...nothing, end: end(127) })?.of).toBe('setup')
    expect(outcomeOf({ ...nothing, end: end(1, 'prologue') })?.of).toBe('setup')
    expect(outcomeOf({ ...nothing, end: end(139) })).toEqual({
      of: 'unit',
      reason: 'it ended with status 139 on n2',
    })
  })

  it('is that it was cancelled where the run is being cancelled', () => {
    const asked = { ...nothing, cancelling: true }
    const [before, during] = [asked, { ...asked, task: task('CANCELLED') }].map(outcomeOf)
    expect(before).toEqual({ of: 'person', reason: 'it was cancelled' })
    expect(during).toEqual({ of: 'person', reason: 'it was cancelled on n2' })
    expect(outcomeOf({ ...asked, task: task('RUNNING') })).toBeNull()
    expect(outcomeOf({ ...asked, end: end(8) })?.reason).toMatch('status 8')
  })

  it('is not known before two looks found neither a task nor a word of it', () => {
    expect(outcomeOf({ ...nothing, task: task('RUNNING') })).toBeNull()
    expect(outcomeOf({ ...nothing, missed: 1 })).toBeNull()
    expect(outcomeOf({ ...nothing, missed: 2 })?.of).toBe('place')
    expect(outcomeOf({ ...nothing, end: end(0), missed: 1 })).toBeNull()
    expect(outcomeOf({ ...nothing, end: end(0), missed: 2 })?.reason).toMatch('its pack did not arrive')
  })
})

describe('nodes that are left out', () => {
  /** Tries in their order, each in a submission of its own: "n1 ok", "n1 unit", "n1 place". */
  const avoided = (...tries: string[]) =>
    nodesToAvoid(
      tries.map((text, submission) => {
        const [node = '', of = ''] = text.split(' ')
        return { node, submission, of: of === 'unit' || of === 'place' ? of : null }
      }),
    )

  it('are those where tasks only fail while they do well elsewhere', () => {
    expect(avoided('n1 unit', 'n1 place')).toEqual([])
    expect(avoided('n1 unit', 'n1 place', 'n2 ok')).toEqual(['n1'])
    expect(avoided('n1 unit', 'n1 place', 'n1 ok', 'n2 ok')).toEqual([])
    expect(avoided('n1 place', 'n2 ok')).toEqual([])
    // Nobody saw the node where it went well: it may be any, and SLURM refuses an array for which none is left.
    expect(avoided('n1 unit', 'n1 place', 'n2 unit', 'n2 unit', ' ok')).toEqual([])
  })

  it('are for a while those that were good and lose all now, while others do well', () => {
    const full = ['n1 ok', 'n1 ok', 'n1 place', 'n1 place', 'n1 place']
    expect(avoided(...full, 'n2 ok')).toEqual(['n1'])
    // Nothing does well elsewhere since: the fault may be of all, as of a network disk.
    expect(avoided('n2 ok', ...full)).toEqual([])
    expect(avoided(...full, 'n2 ok', 'n1 ok')).toEqual([])
    expect(avoided('n1 ok', 'n1 place', 'n1 place', 'n2 ok')).toEqual([])
    // Units that fail by themselves say nothing of the node.
    expect(avoided('n1 ok', 'n1 unit', 'n1 unit', 'n1 unit', 'n2 ok')).toEqual([])
    expect(avoided(...full, ...Array.from({ length: 20 }, () => 'n2 ok'))).toEqual([])
  })
})

it('never has more tasks at once than the profile allows, over all arrays', () => {
  expect(nextSubmission(5000, 0, 64, 1000)).toEqual({ tasks: 1000, atOnce: 64 })
  expect(nextSubmission(7, 100, 64, 1000)).toEqual({ tasks: 0, atOnce: 1 })
  expect(nextSubmission(7, 60, 64, 1000)).toEqual({ tasks: 4, atOnce: 4 })
  expect(nextSubmission(2, 0, 64, 1000)).toEqual({ tasks: 2, atOnce: 2 })
})
