import { oc } from '@orpc/contract'
import { z } from 'zod'
import { working } from './working.ts'
import { workspaceInfo } from './workspaceInfo.ts'

export const workspaceBackup = z.object({
  /** Its file name, which names it. */
  name: z.string(),
  path: z.string(),
  /**
   * Why it was made: once a day of use, because someone asked, before a migration of the schema, or before something took the
   * database's place.
   */
  reason: z.enum(['daily', 'asked', 'schema', 'replaced']),
  /** When it was made, in milliseconds since 1970. */
  at: z.int(),
  bytes: z.int(),
})

/** Something in the database that is not as it was stored. */
export const damage = z.object({
  /** The part of the check: structure, schema, references, sums of facts, or a table. */
  step: z.string(),
  message: z.string(),
  /** How many rows; null where that is not known. */
  rows: z.int().nullable(),
  /** What helps: forgetting it and measuring or making it again, counting again, a new index; or only a backup. */
  heals: z.enum(['forget', 'recount', 'index', 'no']),
})

/** What was read of a table of a damaged database. */
export const salvagedTable = z.object({
  name: z.string(),
  read: z.int(),
  /** Facts that were left out, because they are not what was stored. */
  damaged: z.int(),
  /** Rows that are not there any more; null where nothing says how many there were. */
  lost: z.int().nullable(),
})

/** One sort of thing that a workspace holds: what of another workspace's was added, and what was there already. */
export const mergePart = z.object({
  name: z.enum([
    'models',
    'predictions',
    'measurements',
    'failures',
    'datasets',
    'subsets',
    'tags',
    'notes',
    'studies',
    'figures',
    'styles',
    'maps',
    'masks',
  ]),
  added: z.int(),
  /** What is the same in both. */
  there: z.int(),
  /** What is told of single ones: what was left out, or what is to be minded of what was added. */
  remarks: z.array(
    z.object({
      title: z.string(),
      message: z.string(),
      leftOut: z.boolean(),
      /** How many it is about, where that is not one. */
      count: z.int().default(1),
    }),
  ),
})

/** What came of adding another workspace to the open one, or what would come of it. */
export const mergeReport = z.object({
  /** Folder of the other workspace. */
  from: z.string(),
  /** Of a plan those parts that are counted without reading facts. */
  parts: z.array(mergePart),
})

/** What another workspace holds, and what adding it would do. Facts are counted while they are added. */
export const mergePlan = mergeReport.extend({
  bytes: z.int(),
  predictions: z.int(),
  measurements: z.int(),
})

/** What a zip of a workspace holds. */
export const importPlan = z.object({
  /** The folder that the workspace had. */
  from: z.string(),
  /** Size when it is unpacked. */
  bytes: z.int(),
  /** null in zips of before. */
  holds: z
    .object({
      models: z.int(),
      datasets: z.int(),
      images: z.int(),
      predictions: z.int(),
      studies: z.int(),
    })
    .nullable(),
})

/** What is in the folder of a workspace, and whether moving it copies all of it, to another disk. */
export const movePlan = z.object({ files: z.int(), bytes: z.int(), copied: z.boolean() })

export const verifyReport = z.object({
  path: z.string(),
  /** The parts that were checked: of a database whose structure is damaged only that. */
  steps: z.array(z.string()),
  damages: z.array(damage),
  /** What healing did; null where it was not asked for. */
  healed: z
    .object({
      /** Rows that were forgotten, by table. */
      forgotten: z.record(z.string(), z.int()),
      /** Bytes of rewritten models that were thrown away, because nothing tells whether they are as they were written. */
      graphBytes: z.int(),
      /** What is still damaged. */
      left: z.array(damage),
    })
    .nullable(),
})

/** Requests that keep a workspace safe. `path` names one that need not be open; the open one where it is left out. */
export const keeping = {
  /** Backups of a workspace, the newest first. */
  backups: oc.input(z.object({ path: z.string().optional() })).output(z.array(workspaceBackup)),
  /** Makes a backup of the open workspace now. */
  backUp: oc.output(workspaceBackup),
  /** Puts a backup in the place of the database, after the present one was kept as a backup, and opens the workspace. */
  restore: oc.input(z.object({ path: z.string().optional(), name: z.string() })).output(workspaceInfo),
  /**
   * Checks database and drawn masks: SQLite's own check, digests of all rows, and sums of facts against a new count. `heal`
   * forgets in the open workspace what is damaged and can be measured or made again.
   */
  verify: oc
    .input(z.object({ path: z.string().optional(), heal: z.boolean().default(false) }))
    .output(working(verifyReport)),
  /**
   * Reads what can be read of a workspace, which may be damaged, into a new one in the folder `to`, and opens that. Its models and images
   * stay where they are.
   */
  salvage: oc
    .input(z.object({ path: z.string(), to: z.string() }))
    .output(working(z.object({ workspace: workspaceInfo, tables: z.array(salvagedTable) }))),
  /** What `export` would write: the bytes before they are packed, and how many files of drawn masks are among it. */
  planExport: oc.output(z.object({ bytes: z.int(), masks: z.int() })),
  /** Writes the open workspace as one zip: the database and drawn masks, without models, images and exports. */
  export: oc
    .input(z.object({ path: z.string() }))
    .output(working(z.object({ path: z.string(), bytes: z.int() }))),
  /** What a zip that `export` wrote holds. */
  planImport: oc.input(z.object({ path: z.string() })).output(importPlan),
  /** Makes a workspace of such a zip in a new or empty folder, and opens it. */
  import: oc.input(z.object({ path: z.string(), to: z.string() })).output(working(workspaceInfo)),
  /** What `merge` would do; nothing is changed. */
  planMerge: oc.input(z.object({ from: z.string() })).output(mergePlan),
  /**
   * Adds what another workspace holds to the open one, which is only read: facts first, in steps, then all else in one. Stopped in
   * between, facts stay; adding it again goes on, and changes nothing where all was added.
   */
  merge: oc.input(z.object({ from: z.string() })).output(working(mergeReport)),
  /** Moves the folder of the open workspace to a new or empty folder, and corrects the stored paths inside it. */
  move: oc.input(z.object({ to: z.string() })).output(working(workspaceInfo)),
  /** What `move` to a folder would take. */
  planMove: oc.input(z.object({ to: z.string() })).output(movePlan),
}

export type SalvagedTable = z.infer<typeof salvagedTable>
export type MergePart = z.infer<typeof mergePart>
export type MergeReport = z.infer<typeof mergeReport>
export type ImportPlan = z.infer<typeof importPlan>
export type MovePlan = z.infer<typeof movePlan>
export type MergePlan = z.infer<typeof mergePlan>
export type VerifyReport = z.infer<typeof verifyReport>
export type Damage = z.infer<typeof damage>
export type WorkspaceBackup = z.infer<typeof workspaceBackup>
