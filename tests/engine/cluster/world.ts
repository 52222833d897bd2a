import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { clusterProfile, type ClusterProfile, type ClusterRun } from '#shared/contract/index.ts'
import { root } from '../../../scripts/run.ts'
import { addDataset, sampleModel, type Client } from '../studies/sample.ts'

const program = join(root, 'bin/kernelscope')

/**
 * Writes a program that stands for `kernelscope` on the nodes: it runs shell code first, in which `$unit` and `$submission` are
 * those of the task (a profile with `prologue: exported` gives them), and `flip` runs Kernelscope and changes a byte of its pack.
 */
export function nodeProgram(folder: string, code: string): string {
  const file = join(folder, 'kernelscope-there')
  writeFileSync(
    file,
    `#!/bin/bash
flip() {
  given=("$@") && for at in "\${!given[@]}"; do
    [ "\${given[at]}" = --out ] && out=\${given[at + 1]} && given[at + 1]=$out.tmp
  done
  '${program}' "\${given[@]}" && printf x | dd of="$out.tmp" bs=1 seek=900 conv=notrunc && mv "$out.tmp" "$out"
}
${code}
exec '${program}' "$@"
`,
  )
  chmodSync(file, 0o755)
  return file
}

export const exported = 'export unit submission'

/**
 * Writes an `sbatch` that gives no answer about arrays of a partition twice: the first time it does not submit them either.
 * Returns its folder.
 */
export function unansweredSbatch(folder: string, partition: string): string {
  const file = join(folder, 'sbatch')
  mkdirSync(folder)
  writeFileSync(
    file,
    `#!/bin/bash
PATH="\${PATH//'${folder}':/}"
unanswered() { echo 'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation' >&2; exit 1; }
[[ "$*" == *--partition=${partition}* ]] || exec sbatch "$@"
mkdir '${folder}/asked' 2> /dev/null && unanswered
answer=$(sbatch "$@") || exit
mkdir '${folder}/asked again' 2> /dev/null && unanswered
echo "$answer"
`,
  )
  chmodSync(file, 0o755)
  return folder
}

/** A profile of this machine's cluster; its folder has a name that shells and SLURM must not take apart. */
export const testProfile = (folder: string, own: Partial<ClusterProfile> = {}): ClusterProfile => ({
  ...clusterProfile.parse({ name: 'two nodes', folder: join(folder, `it's "shared" $HOME`) }),
  command: program,
  scratch: join(folder, 'scratch'),
  ...own,
})

/** An engine with a workspace over a folder of images, and one model. */
export async function workspaceOver(path: string, images: string) {
  const engine = await createEngine({ overrides: { threads: 1, batch: 4 }, imageWorkers: 1 })
  const { client } = engine
  await client.workspace.create({ path })
  const datasetId = await addDataset(client, images)
  const { id: modelId } = await client.models.add({ path: sampleModel('replk3') })
  return { engine, client, datasetId, modelId }
}

/** Submits a study and returns the run. */
export async function submitted(client: Client, studyId: number, profile: string): Promise<ClusterRun> {
  for await (const event of await client.cluster.submit({ studyId, profile }))
    if (event.type === 'result') return event.result
  throw new Error('the study was not submitted')
}

/** Looks at a run again and again until something holds. */
export async function until(
  client: Client,
  id: number,
  holds: (run: ClusterRun) => boolean,
  seconds = 500,
): Promise<ClusterRun> {
  const end = Date.now() + 1000 * seconds
  for (;;) {
    const run = await client.cluster.refresh({ id })
    if (holds(run)) return run
    if (Date.now() > end) throw new Error(`it did not come to it: ${JSON.stringify(run)}`)
    await delay(700)
  }
}

export const isOver = (run: ClusterRun): boolean => run.finishedAt !== null

export const close = async (engines: readonly (Engine | undefined)[]) => {
  for (const engine of engines) await engine?.close()
}

/** Mounts a disk of 256 KiB at a folder, until the tests of the file are over; null where that is not possible here. */
export function smallDisk(folder: string): string | null {
  mkdirSync(folder)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder]).status !== 0) return null
  afterAll(() => void spawnSync('umount', [folder]))
  return folder
}
