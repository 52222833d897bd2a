import { z } from 'zod'

const line = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^\P{Cc}*$/u, 'must be one line')

/** An absolute path on the cluster, in one line. */
const clusterPath = line(4000).regex(/^\//, 'must be an absolute path')

/** A folder whose path may hold variables of the node, e.g. "/scratch/$USER"; empty: see the field. */
const nodePath = line(4000).regex(/^([/$].*)?$/u, 'must begin with / or with a variable such as $TMPDIR')

/** A path prefix of this machine and what it is on the cluster. */
export const pathMap = z.object({
  from: clusterPath.regex(/^[^=]*$/, 'must not hold ='),
  to: clusterPath,
})

/** How studies run on a SLURM cluster: where it is asked, what a task is given, and where files lie. */
export const clusterProfile = z.object({
  name: line(80).min(1, 'is empty'),
  /** Host of the system's ssh where sbatch is run, e.g. "me@login.cluster"; null: this machine. */
  host: z
    .string()
    .max(300)
    .regex(/^[^\s\p{Cc}-][^\s\p{Cc}]*$/u, 'must be a host as ssh takes it, e.g. me@login.example.org')
    .nullable()
    .default(null),
  partition: line(200).default(''),
  account: line(200).default(''),
  /** Time limit of a task in minutes. */
  minutes: z.int().min(1).max(100_000).default(30),
  /** Memory of a task as sbatch takes it, e.g. "8G"; empty: the default of the partition. */
  memory: z
    .string()
    .regex(/^(\d{1,9}[KMGT]?)?$/i, 'must be a number with K, M, G or T')
    .default(''),
  cpus: z.int().min(1).max(1024).default(1),
  /** GPUs of a task as sbatch takes them, e.g. "1" or "a100:1"; empty: none. */
  gpus: z
    .string()
    .regex(/^([\w.-]+(:\d+)?)?$/, 'must be a number, or a type and a number')
    .max(100)
    .default(''),
  /** Tasks that run at once at most. */
  tasks: z.int().min(1).max(100_000).default(50),
  /** Further options of sbatch, each as one word, e.g. "--constraint=a100". */
  options: z
    .array(line(1000).regex(/^--?\w/, 'must begin with -'))
    .max(50)
    .default([]),
  modules: z.array(line(200).min(1)).max(50).default([]),
  /** Shell commands that run on the node before a unit. */
  prologue: z.string().max(20_000).default(''),
  /** Folder that the login node and all nodes see, for plans, packs and logs. */
  folder: clusterPath.regex(/^[^%\\]*$/, 'must not hold % or \\, which SLURM reads as signs of its own'),
  maps: z.array(pathMap).max(100).default([]),
  /** Node-local folder for what a unit needs while it runs; empty: $SLURM_TMPDIR, else $TMPDIR, else /tmp. */
  scratch: nodePath.default(''),
  /** Node-local folder to which archives are copied once per node; empty: they are read where they are. */
  stage: nodePath.default(''),
  /** What runs Kernelscope on a node, as words of a shell. */
  command: line(2000).min(1, 'is empty').default('kernelscope'),
  /** Where models run there. */
  provider: z.enum(['cpu', 'cuda', 'tensorrt']).default('cpu'),
  /** Minutes that a unit is to take. */
  unitMinutes: z.number().positive().max(10_000).default(10),
})

export type ClusterProfile = z.infer<typeof clusterProfile>
export type PathMap = z.infer<typeof pathMap>
