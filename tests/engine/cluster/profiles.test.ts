import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest'
import { Log } from '#engine/base/log.ts'
import {
  getRun,
  listProfiles,
  profileNamed,
  removeProfile,
  saveProfile,
  ClusterWatch,
} from '#engine/cluster/index.ts'
import { insertRun } from '#engine/cluster/store/runs.ts'
import { insertUnits, unitsIn } from '#engine/cluster/store/units.ts'
import { clusterWork } from '#engine/cluster/work.ts'
import { createWorkspace } from '#engine/workspace/index.ts'
import { clusterProfile } from '#shared/contract/index.ts'
import { temporaryFolder } from '../../temporary.ts'

let config = ''
beforeEach(() => {
  config = join(temporaryFolder(), 'config')
  process.env['KERNELSCOPE_CONFIG'] = config
})
afterEach(() => {
  delete process.env['KERNELSCOPE_CONFIG']
})

const lab = clusterProfile.parse({ name: 'lab', host: 'me@login', folder: '/shared/me' })

it('keeps profiles in a file of the person, by name, and what another version wrote there', async () => {
  expect(listProfiles()).toEqual([])
  await saveProfile(lab)
  await saveProfile({ ...lab, name: 'other' })
  await saveProfile({ ...lab, name: 'renamed', minutes: 5 }, 'other')
  expect(listProfiles().map(({ name, minutes }) => [name, minutes])).toEqual([
    ['lab', 30],
    ['renamed', 5],
  ])
  const file = join(config, 'clusters.json')
  const { profiles } = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, JSON.stringify({ profiles: [...profiles, { name: 'later', shape: 'unknown' }] }))
  await removeProfile('renamed')
  expect(listProfiles()).toEqual([lab])
  expect(readFileSync(file, 'utf8')).toContain('"later"')
  expect(() => profileNamed('none')).toThrow(
    expect.objectContaining({ code: 'CLUSTER_PROFILE', hint: 'There are lab.' }),
  )
  await expect(removeProfile('none')).rejects.toMatchObject({ code: 'CLUSTER_PROFILE' })
})

it('keeps all profiles that are saved at once', async () => {
  const names = ['a', 'b', 'c', 'd']
  await Promise.all(names.map((name) => saveProfile({ ...lab, name })))
  expect(listProfiles().map(({ name }) => name)).toEqual(names)
})

it('names a file of profiles that is damaged', () => {
  mkdirSync(config)
  writeFileSync(join(config, 'clusters.json'), '{')
  expect(() => listProfiles()).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE' }))
})

it('runs nothing for a run whose profile is not one of the person, as in a workspace of someone else', async () => {
  const workspace = createWorkspace(join(temporaryFolder(), 'workspace'))
  onTestFinished(() => workspace.close())
  const { db } = workspace
  db.exec(
    `INSERT INTO study (id, kind, title, params, created_at) VALUES (1, 'clean-accuracy', 'Study', '{}', 1)`,
  )
  const mark = join(temporaryFolder(), 'mark')
  // What it would run here, if the workspace decided.
  const evil = clusterProfile.parse({ name: 'lab', folder: '/shared/me', command: `touch '${mark}'` })
  const id = insertRun(db, { studyId: 1, token: 'ks0123456789', profile: evil, plan: 'x', mostInArray: 10 })
  insertUnits(db, id, [{ name: '1', model: 'M', images: 1, seconds: 1 }])
  await saveProfile(lab)
  const watch = new ClusterWatch(clusterWork(workspace, new Log()))
  onTestFinished(() => watch.close())
  await expect(watch.refresh(id)).rejects.toMatchObject({ code: 'CLUSTER_PROFILE' })
  const told: (string | null)[] = []
  watch.onRun(({ note }) => told.push(note))
  watch.start()
  await expect.poll(() => told).toEqual([expect.stringMatching('and you have none')])
  expect(existsSync(mark)).toBe(false)
  expect(unitsIn(db, id, ['waiting'])).toHaveLength(1)
  expect(getRun(db, id).state).toBe('running')
})

it('refuses a run whose name could lead out of its folder', async () => {
  const workspace = createWorkspace(join(temporaryFolder(), 'workspace'))
  onTestFinished(() => workspace.close())
  const { db } = workspace
  await saveProfile(lab)
  db.exec(
    `INSERT INTO study (id, kind, title, params, created_at) VALUES (1, 'clean-accuracy', 'Study', '{}', 1)`,
  )
  const id = insertRun(db, { studyId: 1, token: 'ks/../../home', profile: lab, plan: 'x', mostInArray: 10 })
  const watch = new ClusterWatch(clusterWork(workspace, new Log()))
  onTestFinished(() => watch.close())
  await expect(watch.refresh(id)).rejects.toMatchObject({ code: 'WORKSPACE_CORRUPT' })
})
