import { os } from '@orpc/server'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { changes, isChange } from '#shared/contract/changes.ts'
import { contract } from '#shared/contract/index.ts'
import { commandTable } from '#shared/commands.ts'
import { startApp, workspaceAt } from '../setting/app.ts'
import { useCommands } from '../../../src/renderer/frame/commands/useCommands.ts'
import { useJobsStore } from '../../../src/renderer/lib/stores/jobs.ts'

vi.mock('../../../src/renderer/ui/useProblems.ts', () => ({
  useProblems: () => ({
    inform: () => undefined,
    report: () => undefined,
    attempt: (action: () => Promise<unknown>) => action().catch(() => undefined),
  }),
}))

for (const name of ['HTMLInputElement', 'HTMLTextAreaElement', 'HTMLElement']) vi.stubGlobal(name, Map)
vi.stubGlobal('document', { activeElement: null })

/** Paths of the requests that reached the engine. */
const asked: string[][] = []
const recorded = Object.fromEntries(
  Object.entries(contract).map(([room, requests]) => [
    room,
    Object.fromEntries(
      Object.keys(requests).map((name) => [
        name,
        os.handler(() => {
          asked.push([room, name])
          throw new Error('not now')
        }),
      ]),
    ),
  ]),
)
let app: ReturnType<typeof startApp>
beforeAll(() => (app = startApp(recorded)))
afterAll(() => app.stop())

it('of the whole table of commands, none that writes is on in a workspace that is only read', async () => {
  const { commands } = app.view(() => useCommands()).of
  const jobs = app.view(() => useJobsStore()).of
  const job = { id: 1, state: 'running' as const }
  vi.spyOn(jobs, 'running', 'get').mockReturnValue(job as never)
  app.workspace.info = workspaceAt('/a')
  const flagged = commandTable.flatMap((command) => ('changes' in command ? [command.id] : []))
  const on = () => commands.filter((command) => command.when()).map(({ id }) => id)
  const before = on()
  app.workspace.info = { ...workspaceAt('/a'), readOnly: 'It was opened read-only.' }
  const after = on()
  expect(after.filter((id) => flagged.some((one) => one === id))).toEqual([])
  // Nothing else is off, so that everything can be looked at.
  expect(before.filter((id) => !after.includes(id)).every((id) => flagged.some((one) => one === id))).toBe(
    true,
  )
  expect(before.filter((id) => !after.includes(id)).length).toBeGreaterThan(4)

  asked.length = 0
  // What needs a window or a dialog fails; what is asked of the engine is heard.
  for (const command of commands)
    if (command.when()) await (async () => command.run())().catch(() => undefined)
  expect(asked.length).toBeGreaterThan(0)
  expect(asked.filter(isChange)).toEqual([])
})

/** Files of the page whose requests change something and that are not fields or buttons. */
const elsewhere = [
  // Ask first whether the workspace may be changed, or are asked by what does.
  'features/adding/useAdding.ts',
  'features/datasets/grid/useTagging.ts',
  'features/datasets/subsetsStore.ts',
  'features/figures/compose/draft.ts',
  'features/figures/useNewFigure.ts',
  'features/guide/guideStore.ts',
  'features/models/labels/useLabels.ts',
  'features/models/useTrials.ts',
  'features/ranking/SuiteDialog.vue',
  'features/studies/new/useStudyDraft.ts',
  'features/studies/result/useRerun.ts',
  'frame/transfer/MergeSheet.vue',
  'frame/transfer/MoveSheet.vue',
  'lib/stores/clusters.ts',
  'lib/stores/collections.ts',
  'lib/stores/jobs.ts',
  'lib/stores/settings.ts',
  'lib/stores/workspace.ts',
  'ui/useRemoval.ts',
]

it('every view with a request that changes the workspace is off where it is only read', () => {
  const root = join(import.meta.dirname, '../../../src/renderer')
  const requests = Object.entries(changes).map(
    ([room, names]) => `engine\\.${room}\\.(?:${names.join('|')})\\(`,
  )
  const changing = new RegExp(requests.join('|'))
  const found = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(vue|ts)$/.test(file))
    .map((file) => ({ file: file.replaceAll('\\', '/'), text: readFileSync(join(root, file), 'utf8') }))
    .filter(({ text }) => changing.test(text))
  expect(found.length).toBeGreaterThan(20)
  const open = found
    .filter(({ text }) => !/useLocked|useReadOnly|EntryMenu/.test(text))
    .map(({ file }) => file)
  expect(open.sort()).toEqual(elsewhere)
})
