import { join } from 'node:path'
import { emptyComposition } from '#shared/figures/compose/index.ts'
import { sampleModel } from '../../engine/studies/sample.ts'
import { allJobs, inWorkspace, made, out, read, workspaceOf } from './kit.ts'
import { has, type Work } from './life.ts'

/** What is written for others, and what keeps a workspace safe. */
const writes: readonly Work[] = [
  {
    name: 'figures and tables',
    async do(client, folder) {
      const studyId = (await made(client)).study('random-patch-drop')
      const directory = out(folder, 'figures')
      await client.figures.export({ studyId, formats: ['svg', 'csv'], directory })
      await client.figures.exportTables({ studyId, formats: ['csv', 'tex'], directory })
      await client.studies.draws({ id: studyId, path: out(folder, 'draws.json') })
      await client.studies.importDraws({ path: out(folder, 'draws.json') })
    },
  },
  {
    name: 'bundle',
    async do(client, folder) {
      const studyId = (await made(client)).study('random-patch-drop')
      await read(client.bundles.make({ studyId, path: out(folder, 'bundle.zip') }))
    },
  },
  {
    name: 'check of a bundle',
    async do(client, folder) {
      const certificate = out(folder, 'certificate.html')
      await read(client.bundles.verify({ path: out(folder, 'bundle.zip'), sample: 4, certificate }))
    },
  },
  {
    name: 'report',
    async do(client, folder) {
      const { study } = await made(client)
      await client.reports.make({ studyIds: [study('clean-accuracy')], path: out(folder, 'report.html') })
    },
  },
  { name: 'backup', do: (client) => client.workspace.backUp() },
  { name: 'check of a workspace', do: (client) => read(client.workspace.verify({ heal: true })) },
  {
    name: 'export',
    do: (client, folder) => read(client.workspace.export({ path: out(folder, 'workspace.zip') })),
  },
  {
    name: 'import',
    async do(client, folder) {
      const to = join(folder, 'imported')
      if (has(folder, 'imported')) await client.workspace.open({ path: to })
      else await read(client.workspace.import({ path: out(folder, 'workspace.zip'), to }))
    },
  },
  {
    name: 'merge',
    async do(client, folder) {
      const path = join(folder, 'merged')
      await (has(folder, 'merged/workspace.sqlite')
        ? client.workspace.open({ path })
        : client.workspace.create({ path }))
      await read(client.workspace.merge({ from: workspaceOf(folder) }))
      await allJobs(client)
    },
  },
  {
    name: 'salvage',
    async do(client, folder) {
      const to = join(folder, 'salvaged')
      if (has(folder, 'salvaged')) await client.workspace.open({ path: to })
      else await read(client.workspace.salvage({ path: workspaceOf(folder), to }))
    },
  },
  {
    name: 'restore',
    async do(client) {
      const [newest] = (await client.workspace.backups({})).filter(({ reason }) => reason === 'asked')
      await client.workspace.restore({ name: newest?.name ?? '' })
    },
  },
  {
    name: 'removal',
    async do(client) {
      const composition = emptyComposition('Removed')
      const [there] = await client.compositions.list()
      const { id } = there ?? (await client.compositions.create({ composition }))
      await client.compositions.remove({ id })
      await client.workspace.trim({ parts: ['graphs', 'maps', 'thumbnails'] })
    },
  },
  {
    name: 'keep',
    async do(client, folder) {
      const path = join(folder, 'kept')
      if (has(folder, 'kept')) return client.workspace.open({ path })
      if (!(await client.workspace.info())?.unkept) await client.workspace.begin()
      await client.models.add({ path: sampleModel('replk3') })
      return client.workspace.keep({ path })
    },
  },
  {
    name: 'move',
    async do(client, folder) {
      const path = join(folder, 'kept')
      const to = join(folder, 'moved')
      if (has(folder, 'moved')) return client.workspace.open({ path: to })
      await client.workspace.open({ path })
      return read(client.workspace.move({ to }))
    },
  },
]
export const writing = writes.map((work) => (['keep', 'move'].includes(work.name) ? work : inWorkspace(work)))
