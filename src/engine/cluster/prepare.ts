import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClusterProfile } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { lastLine, type Host } from './host/index.ts'
import { mapped } from './paths.ts'
import { commandLine, quoted } from './quote.ts'
import { taskScript } from './script.ts'

/** Tasks of an array where SLURM does not say how many it takes: its own default. */
const defaultMost = 1000
/** More units than this do not fit in a command line. */
const mostListed = 4000

/** A folder of a run that is made on the cluster. */
export interface Prepared {
  /** Most tasks of an array. */
  mostInArray: number
}

/**
 * Makes the folder of a run on the cluster, with its plan and its task script.
 *
 * @param plan file of this machine
 * @param files models and datasets of the plan, as paths of this machine
 * @param temporary folder of this machine for drafts
 * @throws UNSUPPORTED where the host cannot be reached, or has no SLURM
 * @throws FILE_MISSING where a model or a dataset is not there
 * @throws FILE_UNREADABLE, DISK_FULL where the folder cannot be written
 */
export async function prepareRun(
  host: Host,
  {
    profile,
    folder,
    plan,
    files,
  }: { profile: ClusterProfile; folder: string; plan: string; files: readonly string[] },
  temporary: string,
  signal?: AbortSignal,
): Promise<Prepared> {
  const wanted = files.map((file) => mapped(file, profile.maps))
  const { out } = await asked(host, prepareCommand(folder, wanted), signal)
  const lines = out.split('\n')
  const problem = lines.find((line) => line.startsWith('folder '))
  if (problem !== undefined)
    throw new KernelscopeError(
      'FILE_UNREADABLE',
      `cannot make ${folder} on ${host.name}: ${problem.slice(7)}`,
      {
        hint: 'Correct the shared folder of the profile.',
      },
    )
  const missing = lines.find((line) => line.startsWith('missing '))
  if (missing !== undefined) {
    const at = Number(missing.slice(8))
    throw notThere(host, { there: wanted[at] ?? '', here: files[at] ?? '' }, profile)
  }
  const script = join(temporary, 'task.sh')
  await writeFile(script, taskScript(folder, profile))
  await host.send(script, `${folder}/task.sh`, { signal })
  await host.send(plan, `${folder}/plan`, { signal })
  const size = /MaxArraySize\s*=\s*(\d+)/.exec(out)?.[1]
  if (!lines.includes('sbatch 0'))
    throw new KernelscopeError('UNSUPPORTED', `there is no sbatch on ${host.name}`, {
      hint: 'Name a login node of the cluster in the profile.',
    })
  // Indices go up to one less than the size.
  return {
    mostInArray: size === undefined ? defaultMost : Math.min(mostListed, Math.max(1, Number(size) - 1)),
  }
}

/** The command line that makes the folder, and says which files are not there. */
function prepareCommand(folder: string, files: readonly string[]): string {
  const parts = ['submissions', 'packs', 'ends', 'log'].map((name) => `${folder}/${name}`)
  return [
    'umask 077',
    `error=$(mkdir -p ${commandLine(parts)} 2>&1) || echo "folder $error" | head -n 1`,
    ...files.map((file, at) => `[ -r ${quoted(file)} ] || echo 'missing ${at}'`),
    'command -v sbatch > /dev/null; echo "sbatch $?"',
    'scontrol show config 2> /dev/null | grep MaxArraySize',
    'exit 0',
  ].join('; ')
}

const notThere = (host: Host, { there, here }: { there: string; here: string }, { maps }: ClusterProfile) =>
  new KernelscopeError('FILE_MISSING', `${there} is not there on ${host.name}`, {
    hint:
      maps.length === 0
        ? 'Copy it to the same path there, or add a map from its folder here to the one there to the profile.'
        : `Copy ${here} to that path, or correct the map of paths of the profile.`,
  })

/** Runs a command that must succeed. @throws UNSUPPORTED where it does not */
export async function asked(host: Host, command: string, signal?: AbortSignal) {
  const answer = await host.run(command, { signal })
  if (answer.code === 0) return answer
  throw new KernelscopeError('UNSUPPORTED', `${host.name} answered: ${lastLine(answer.err)}`, {
    details: answer.err,
  })
}
