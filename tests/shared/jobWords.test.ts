import { expect, it } from 'vitest'
import { jobEnd, jobPercent, jobShare, jobTitle, silentText } from '#shared/jobWords.ts'
import type { Job } from '#shared/contract/index.ts'

const progress = (done: number, total: number): Job['progress'] => ({
  ...{ done, total, unit: 'images', perSecond: null, secondsLeft: null, note: '', failed: 0, cacheHits: 0 },
})

it('says 100 per cent only where all is done', () => {
  expect(jobPercent({ state: 'running', progress: progress(999, 1000) })).toBe('99 %')
  expect(jobPercent({ state: 'running', progress: progress(1000, 1000) })).toBe('100 %')
})

it('takes a job without steps for done where it has ended well', () => {
  expect(jobShare({ state: 'done', progress: progress(0, 0) })).toBe(1)
  expect(jobShare({ state: 'failed', progress: progress(0, 0) })).toBe(0)
})

it('has a word for every state, and for what was never run', () => {
  expect([jobTitle({ state: 'cancelled' }), jobTitle(null)]).toEqual(['Cancelled', 'Not run'])
})

it('says of a study that its rule has stopped it', () => {
  const early = { ...progress(30, 100), stopped: 'within' as const }
  expect(jobEnd({ state: 'done', progress: early })).toBe('Stopped early as asked')
  expect(jobEnd({ state: 'done', progress: progress(100, 100) })).toBe('Done')
  expect(jobEnd({ state: 'failed', progress: early })).toBe('Failed')
})

it('says that a batch does not answer only while its job runs', () => {
  const silent = { ...progress(1, 2), silentSeconds: 725 }
  expect(silentText({ state: 'running', progress: silent })).toContain('not answered for 12 minutes')
  expect(silentText({ state: 'paused', progress: silent })).toBeNull()
  expect(silentText({ state: 'running', progress: progress(1, 2) })).toBeNull()
})
