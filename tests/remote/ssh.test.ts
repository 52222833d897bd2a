import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine } from '#engine/api/index.ts'
import { runningEngines } from '#engine/serve/running.ts'
import { version } from '#engine/base/version.ts'
import { parseFarAddress } from '#shared/farAddress.ts'
import { sshCommand, serveCommand } from '../../src/remote/index.ts'
import { addDataset, jobEnd, sampleImages, sampleModel, type Client } from '../engine/studies/sample.ts'
import { noSshd, startSsh, type SshServer } from '../ssh.ts'
import { farEngine, farFolder, program } from './far.ts'

const { folder, env: there } = farFolder()
const home = join(folder, 'home')
const workspace = join(folder, "it's a 'workspace' ü $(x)")

describe.skipIf(noSshd !== null)(
  `a workspace over ssh${noSshd === null ? '' : ` (left out: ${noSshd})`}`,
  () => {
    let server: SshServer
    const connected = (path: string, options = {}) => {
      const address = parseFarAddress(`ssh://lab${path}`)
      const command = sshCommand(address, serveCommand(version), server.env)
      return farEngine(server.env, { address, command, ...options })
    }
    beforeAll(async () => {
      mkdirSync(join(home, '.cache/kernelscope', version, 'bin'), { recursive: true })
      symlinkSync(program, join(home, '.cache/kernelscope', version, 'bin/kernelscope'))
      server = await startSsh({
        HOME: home,
        PATH: '/usr/bin:/bin',
        KERNELSCOPE_RUN: there['KERNELSCOPE_RUN']!,
        XDG_STATE_HOME: there['XDG_STATE_HOME']!,
      })
    })
    afterAll(() => server?.close())

    it('is made, closed and found again, whatever its name, and no shell reads it', async () => {
      const first = connected(workspace)
      first.engine.start()
      await first.is('ready')
      await first.client().workspace.create({ path: workspace })
      await first.engine.stop()
      const second = connected(workspace)
      second.engine.start()
      await second.is('ready')
      expect((await second.client().workspace.info())?.path).toBe(workspace)
      await second.engine.stop()
    })

    it('goes on with a study while nobody is connected, to the same result as here, to the byte', async () => {
      const images = sampleImages(join(folder, 'small'), 2)
      const begin = async (client: Client) => {
        const datasetId = await addDataset(client, images)
        const { id } = await client.models.add({ path: sampleModel('replk3') })
        return client.studies.run({
          kind: 'random-patch-drop',
          modelIds: [id],
          datasetId,
          params: { percents: [0, 30, 60, 90], repeats: 3 },
        })
      }
      const first = connected(workspace)
      first.engine.start()
      await first.is('ready')
      const study = await begin(first.client())
      await first.engine.stop()
      const second = connected(workspace)
      second.engine.start()
      await second.is('ready')
      const client = second.client()
      await expect
        .poll(async () => (await client.studies.get({ id: study.id })).job?.state, { timeout: 100_000 })
        .toBe('done')
      const there = await client.studies.result({ id: study.id })
      expect(there.complete).toBe(true)

      const here = await createEngine()
      await here.client.workspace.create({ path: join(folder, 'here') })
      const same = await begin(here.client)
      await jobEnd(here.client, same.job!.id)
      expect(JSON.stringify(await here.client.studies.result({ id: same.id }))).toBe(JSON.stringify(there))
      await here.close()
      await second.engine.stop()
    })

    it('comes back by itself after the server was away', async () => {
      const far = connected(workspace, { waitsMs: [100] })
      far.engine.start()
      await far.is('ready')
      const [before] = runningEngines(there['KERNELSCOPE_RUN']!)
      await server.stop()
      await far.is('down')
      await expect.poll(() => far.states.filter(({ state }) => state === 'down').length).toBeGreaterThan(1)
      await server.start()
      await far.is('ready')
      expect((await far.client().workspace.info())?.path).toBe(workspace)
      expect(runningEngines(there['KERNELSCOPE_RUN']!)).toEqual([before])
      await far.engine.stop()
    })

    it('is used by the command line', async () => {
      const run = (...args: string[]) =>
        new Promise<{ code: unknown; out: string; err: string }>((resolve) => {
          execFile(program, args, { env: server.env }, (error, out, err) =>
            resolve({ code: error?.code ?? 0, out, err }),
          )
        })
      const address = `ssh://lab${workspace}`
      const info = await run('-w', address, '--json', 'workspace', 'info')
      expect(info).toMatchObject({ code: 0, err: '' })
      expect(JSON.parse(info.out)).toMatchObject({ path: workspace })
      const missing = await run('-w', `${address}/none`, 'model', 'list')
      expect(missing).toMatchObject({ code: 3, err: expect.stringContaining('WORKSPACE_MISSING') })
      const refused = await run('-w', address, '--read-only', 'model', 'list')
      expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('--read-only') })
    })

    it('of a machine that is not known, or has another key, is refused before anything is sent', async () => {
      const known = readFileSync(server.knownHosts, 'utf8')
      const problemOf = async (hosts: string) => {
        writeFileSync(server.knownHosts, hosts)
        const far = connected(workspace)
        far.engine.start()
        await far.is('failed')
        await far.engine.stop()
        writeFileSync(server.knownHosts, known)
        return far.engine.state
      }
      expect(await problemOf('')).toMatchObject({
        problem: {
          code: 'REMOTE_REFUSED',
          message: 'the host key of lab is not known here',
          hint: expect.stringContaining('ssh lab'),
        },
      })
      const other = known.replace(/ AAAA\S+/, ` ${'AAAAC3NzaC1lZDI1NTE5AAAAI'}${'A'.repeat(43)}`)
      expect(await problemOf(other)).toMatchObject({
        problem: { code: 'REMOTE_REFUSED', message: 'the host key of lab is not the known one' },
      })
    })
  },
)
