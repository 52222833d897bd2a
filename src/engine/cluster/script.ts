import type { ClusterProfile } from '#shared/contract/index.ts'
import { commandLine, quoted, withVariables } from './quote.ts'

/** Exit statuses of a task before Kernelscope has started; see `docs/cluster.md`. */
export const taskExits = { folder: 71, module: 72 } as const

/** What a task script needs of a profile. */
export type TaskProfile = Pick<
  ClusterProfile,
  'modules' | 'prologue' | 'scratch' | 'stage' | 'command' | 'maps' | 'cpus'
>

/**
 * The script of every task of a run. Its argument is the number of the submission; the index of the task in the array
 * says which line of `submissions/N` names its unit. How it ended is written whole to `ends/N.INDEX`: exit status, the
 * part that ended, node. Text of the profile and of paths stands in it as quoted words, except for prologue and command,
 * which are shell code of the user's.
 *
 * @param folder of the run, as the nodes see it
 */
export function taskScript(folder: string, profile: TaskProfile): string {
  const scratch =
    profile.scratch === '' ? '"${SLURM_TMPDIR:-${TMPDIR:-/tmp}}"' : withVariables(profile.scratch)
  const given = [
    '--scratch "$scratch"',
    ...(profile.stage === '' ? [] : [`--stage ${withVariables(profile.stage)}`]),
    ...profile.maps.map(({ from, to }) => `--map ${quoted(`${from}=${to}`)}`),
    `--threads ${profile.cpus}`,
  ]
  return `#!/bin/bash
# A task of Kernelscope: computes one unit and writes its pack. Written anew with every run.
folder=${quoted(folder)}
cd "$folder" || exit ${taskExits.folder}
submission=$1
index=\${SLURM_ARRAY_TASK_ID:-0}
unit=$(sed -n "$((index + 1))p" "submissions/$submission")
part=prologue

# Says how it ended, also where SLURM told it to end. A task that was killed says nothing.
ended() {
  code=$?
  trap - EXIT
  draft="$folder/ends/.$submission.$index"
  printf '%s %s %s\\n' "$code" "$part" "\${SLURMD_NODENAME:-$(uname -n)}" > "$draft"
  mv -f "$draft" "$folder/ends/$submission.$index"
  exit "$code"
}
trap ended EXIT
trap : TERM

${profile.modules.map((name) => `module load ${quoted(name)} || exit ${taskExits.module}\n`).join('')}${profile.prologue}

cd "$folder" || exit ${taskExits.folder}
part=unit
scratch=${scratch}
mkdir -p "$scratch"
# Compiled code is kept on the node: the next unit starts sooner.
export NODE_COMPILE_CACHE="\${NODE_COMPILE_CACHE:-$scratch/kernelscope-compiled}"
${profile.command} study pack "$folder/plan" --unit "$unit" --out "$folder/packs/$unit" ${given.join(' ')}
`
}

/** What an array is submitted with. */
export interface Submission {
  /** Folder of the run, as the cluster sees it. */
  folder: string
  /** Name of the jobs, by which they are found again. */
  token: string
  /** Number of the submission in its run, from 1. */
  number: number
  /** How many tasks there are, and how many may run at once. */
  tasks: number
  atOnce: number
  /** Nodes that are not to be used. */
  avoid: readonly string[]
}

/** Words of the sbatch command that submits an array. */
export function sbatchWords(
  { folder, token, number, tasks, atOnce, avoid }: Submission,
  profile: Pick<ClusterProfile, 'partition' | 'account' | 'minutes' | 'memory' | 'cpus' | 'gpus' | 'options'>,
): string[] {
  const some = (flag: string, value: string) => (value === '' ? [] : [`--${flag}=${value}`])
  return [
    'sbatch',
    '--parsable',
    `--job-name=${token}`,
    `--array=0-${tasks - 1}%${atOnce}`,
    `--chdir=${folder}`,
    `--output=log/${number}.%a`,
    '--open-mode=truncate',
    '--no-requeue',
    '--ntasks=1',
    `--cpus-per-task=${profile.cpus}`,
    `--time=${profile.minutes}`,
    ...some('mem', profile.memory),
    ...some('partition', profile.partition),
    ...some('account', profile.account),
    ...some('gres', profile.gpus === '' ? '' : `gpu:${profile.gpus}`),
    ...some('exclude', avoid.join(',')),
    ...profile.options,
    `${folder}/task.sh`,
    String(number),
  ]
}

/** The command line that writes the list of units of a submission and submits it. Prints the id of the array. */
export function submitCommand(
  submission: Submission,
  units: readonly string[],
  profile: ClusterProfile,
): string {
  const list = quoted(`${submission.folder}/submissions/${submission.number}`)
  return `printf '%s\\n' ${commandLine(units)} > ${list} && ${commandLine(sbatchWords(submission, profile))}`
}
