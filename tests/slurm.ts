import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

const programs = ['slurmctld', 'slurmd', 'sbatch', 'munged']

/** Why no cluster can be started here; null where one can. */
export function whyNoSlurm(): string | null {
  if (process.platform !== 'linux') return 'SLURM runs on Linux only'
  if (process.getuid?.() !== 0) return 'the test cluster is started as root'
  const missing = programs.find((name) => spawnSync('which', [name]).status !== 0)
  return missing === undefined
    ? null
    : `${missing} is not installed (Debian: slurmctld slurmd slurm-client munge)`
}

/** A SLURM cluster of this machine. */
export interface TestCluster {
  /** Runs one of SLURM's commands and returns what it prints. */
  slurm(program: string, ...args: string[]): string
  /** Kills a node as a loss of power would: its slurmd and all that its tasks have started. */
  killNode(name: string): void
  /** Starts a node that was killed again. */
  startNode(name: string): void
  /** Stops the controller so that it answers nobody, or lets it go on. */
  controller(signal: 'SIGSTOP' | 'SIGCONT'): void
  stop(): Promise<void>
}

/**
 * Starts a real cluster of nodes with one core each, n1, n2 …, that all see this machine's files, and makes this process talk to
 * it (SLURM_CONF). It keeps no accounts. A node that is away counts as failed after seconds. What is submitted to the partition
 * `urgent` ends what runs in others; `pair1`, `pair2` … have two nodes each.
 *
 * @param folder a new folder, whose path is short: sockets lie in it
 */
export async function startSlurm(folder: string, nodes: number): Promise<TestCluster> {
  mkdirSync(join(folder, 'state'), { recursive: true })
  writeFileSync(join(folder, 'munge.key'), randomBytes(1024), { mode: 0o400 })
  const conf = join(folder, 'slurm.conf')
  writeFileSync(conf, configuration(folder, nodes, 20_000 + (process.pid % 600) * 20))
  writeFileSync(join(folder, 'cgroup.conf'), 'CgroupPlugin=disabled\n')
  process.env['SLURM_CONF'] = conf
  const socket = join(folder, 'munge.socket')
  execFileSync('munged', [
    '--force',
    `--socket=${socket}`,
    `--key-file=${join(folder, 'munge.key')}`,
    `--pid-file=${join(folder, 'munge.pid')}`,
    `--log-file=${join(folder, 'munge.log')}`,
    `--seed-file=${join(folder, 'munge.seed')}`,
  ])
  const slurm = (program: string, ...args: string[]) =>
    execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  slurm('slurmctld', '-c')
  const startNode = (name: string) => {
    mkdirSync(join(folder, `spool.${name}`), { recursive: true })
    slurm('slurmd', '-N', name)
  }
  const names = Array.from({ length: nodes }, (_, at) => `n${at + 1}`)
  for (const name of names) startNode(name)
  const pidIn = (file: string) => Number(readFileSync(join(folder, file), 'utf8'))
  await until(() => slurm('sinfo', '-h', '-t', 'idle', '-o', '%D').trim() === String(nodes))
  return {
    slurm,
    startNode,
    killNode(name) {
      const pid = pidIn(`slurmd.${name}.pid`)
      // First slurmd, which would otherwise report the death of its tasks.
      const steps = stepsOf(name)
      for (const child of [pid, ...steps]) end(child)
    },
    controller: (signal) => void process.kill(pidIn('slurmctld.pid'), signal),
    async stop() {
      spawnSync('scancel', ['--full', '--user=root'])
      for (const name of names) for (const pid of stepsOf(name)) end(pid)
      for (const file of readdirSync(folder).filter((name) => name.endsWith('.pid'))) end(pidIn(file))
      // What watched tasks of a killed node still tries to tell the controller.
      for (const pid of processesIn(folder)) end(pid)
      delete process.env['SLURM_CONF']
      await setTimeout(200)
    },
  }
}

const configuration = (folder: string, nodes: number, port: number) => `ClusterName=test
SlurmctldHost=${hostname().split('.')[0] ?? 'localhost'}(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket=${folder}/munge.socket
SlurmUser=root
SlurmdUser=root
SlurmctldPort=${port}
SlurmdPort=${port + 1}
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool.%n
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.%n.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/slurmd.%n.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,batch_sched_delay=1
SlurmdTimeout=12
MessageTimeout=2
KillWait=2
ReturnToService=2
MpiDefault=none
SwitchType=switch/none
PreemptType=preempt/partition_prio
PreemptMode=CANCEL
NodeName=n[1-${nodes}] NodeHostname=${hostname().split('.')[0] ?? 'localhost'} NodeAddr=127.0.0.1 Port=[${port + 2}-${port + 1 + nodes}] CPUs=1 State=UNKNOWN
PartitionName=main Nodes=n[1-${nodes}] Default=YES MaxTime=INFINITE State=UP
PartitionName=urgent Nodes=n[1-${nodes}] PriorityTier=10 State=UP
${pairsOf(nodes)
  .map(([name, pair]) => `PartitionName=${name} Nodes=${pair} MaxTime=INFINITE State=UP`)
  .join('\n')}
`

/** A partition for each two nodes: pair1, pair2 … */
const pairsOf = (nodes: number): [name: string, nodes: string][] =>
  Array.from({ length: Math.floor(nodes / 2) }, (_, at) => [
    `pair${at + 1}`,
    `n[${2 * at + 1}-${2 * at + 2}]`,
  ])

/** Processes that watch the tasks of a node: they name it in their environment. */
const stepsOf = (node: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(`SLURMD_NODENAME=${node}`))
    .map(Number)

/** Processes that work in a folder. */
const processesIn = (folder: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && folderOf(name).startsWith(folder))
    .map(Number)

function folderOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return ''
  }
}

function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return []
  }
}

const end = (pid: number) => {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

async function until(test: () => boolean): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (test()) return
    await setTimeout(100)
  }
  throw new Error('the test cluster did not start')
}
