/**
 * Every error that may reach a person, by code. The engine throws by this table, the command line exits with `exit`,
 * and the renderer shows message and hint.
 */
export const errorCodes = {
  // workspace
  WORKSPACE_MISSING: { exit: 3, hint: 'Choose an existing workspace folder, or create one.' },
  WORKSPACE_EXISTS: { exit: 3, hint: 'Open it, or choose an empty folder.' },
  WORKSPACE_FOREIGN: {
    exit: 3,
    hint: 'This SQLite file does not belong to Kernelscope. Choose another folder.',
  },
  WORKSPACE_NEWER: { exit: 3, hint: 'It was written by a newer Kernelscope. Update the app to open it.' },
  WORKSPACE_CORRUPT: { exit: 3, hint: 'Restore a backup of the workspace; nothing was written to it.' },
  WORKSPACE_LOCKED: {
    exit: 3,
    hint: 'Close the other Kernelscope that has this workspace open, or open it read-only.',
  },
  WORKSPACE_READONLY: {
    exit: 3,
    hint: 'The workspace is only read: look at it, or export to a folder of yours. Copy it to change it.',
  },
  BACKUP_NOT_FOUND: { exit: 3, hint: 'List the backups to see what there is.' },
  WORKSPACE_CLOSED: { exit: 3, hint: 'Open a workspace first.' },
  // files
  FILE_MISSING: { exit: 4, hint: 'Check that the file is still there and can be read.' },
  FILE_UNREADABLE: { exit: 4, hint: 'Check the permissions of the file.' },
  FILE_EXISTS: { exit: 4, hint: 'Choose another name; nothing was replaced.' },
  FILE_CHANGED: { exit: 4, hint: 'The file differs from the one that was added. Add it again.' },
  DISK_FULL: { exit: 4, hint: 'Free some disk space and resume; nothing that was stored is lost.' },
  // models
  MODEL_NOT_ONNX: { exit: 5, hint: 'Choose a file exported as ONNX.' },
  MODEL_TRUNCATED: { exit: 5, hint: 'The file ends too early. Copy or export it again.' },
  MODEL_MALFORMED: { exit: 5, hint: 'Export the model again.' },
  MODEL_EXTERNAL_DATA: { exit: 5, hint: 'Keep the external data files in the folder of the model.' },
  MODEL_UNSUPPORTED: {
    exit: 5,
    hint: 'Kernelscope needs an image classifier: one [N,3,H,W] input, one [N,classes] output.',
  },
  CHECKPOINT_CODE: {
    exit: 5,
    hint: 'Nothing of it was run. Save the weights alone: model.state_dict().',
  },
  MODEL_LOAD_FAILED: { exit: 5, hint: 'ONNX Runtime could not load the model; see the details.' },
  MODEL_NOT_FOUND: { exit: 5, hint: 'List the models to see what there is.' },
  MAP_EXPIRED: { exit: 5, hint: 'Compute the picture again.' },
  // images and datasets
  IMAGE_UNREADABLE: { exit: 6, hint: 'The image is damaged or of an unknown format.' },
  IMAGE_TOO_LARGE: { exit: 6, hint: 'The image has more pixels than allowed (100 megapixels).' },
  IMAGE_NOT_FOUND: { exit: 6, hint: 'Index the dataset again.' },
  DATASET_EMPTY: {
    exit: 6,
    hint: 'Choose a folder with images in class subfolders, or a flat folder and a CSV of labels.',
  },
  DATASET_LABELS: { exit: 6, hint: 'The CSV needs a header with the columns file and label.' },
  DATASET_NOT_FOUND: { exit: 6, hint: 'List the datasets to see what there is.' },
  DATASET_MOVED: {
    exit: 6,
    hint: 'Choose the folder that holds the same files, or add this one as a new dataset.',
  },
  SUBSET_NOT_FOUND: { exit: 6, hint: 'List the subsets to see what there is.' },
  SUBSET_NAME: { exit: 6, hint: 'Choose another name.' },
  // studies and jobs
  STUDY_UNKNOWN: { exit: 7, hint: 'List the studies to see what there is.' },
  STUDY_PARAMS: { exit: 7, hint: 'Correct the parameter that is named.' },
  STUDY_NOT_FOUND: { exit: 7, hint: 'List the studies to see what there is.' },
  STUDY_LABELS: { exit: 7, hint: 'Give the model the label list of the dataset, or choose another dataset.' },
  STUDY_FAILING: {
    exit: 7,
    hint: 'Remove the cause that the message names, then run the study again: it goes on where it stopped.',
  },
  DRAWS_MALFORMED: { exit: 7, hint: 'Choose a draws file that Kernelscope exported.' },
  FIGURE_NOT_FOUND: { exit: 7, hint: 'List the figures to see what there is.' },
  JOB_NOT_FOUND: { exit: 7, hint: 'List the jobs to see what there is.' },
  JOB_STATE: { exit: 7, hint: 'The job is not in a state that allows this.' },
  CLUSTER_PROFILE: { exit: 7, hint: 'List the profiles to see what there is.' },
  CLUSTER_RUN: { exit: 7, hint: 'List the cluster runs to see what there is.' },
  CLUSTER_FAILING: {
    exit: 7,
    hint: 'Remove the cause that the message names, then resume the run: what was merged is not computed again.',
  },
  // inference
  PROVIDER_UNAVAILABLE: {
    exit: 8,
    hint: 'Choose another provider, or see the doctor page for what is missing.',
  },
  OUT_OF_MEMORY: { exit: 8, hint: 'Lower the batch size, or close other programs.' },
  INFERENCE_FAILED: { exit: 8, hint: 'ONNX Runtime stopped with an error; see the details.' },
  // bundles
  BUNDLE_MALFORMED: { exit: 10, hint: 'Ask for the bundle again; nothing of it was used.' },
  BUNDLE_NEWER: { exit: 10, hint: 'It was made by a newer Kernelscope. Update the app to open it.' },
  // other machines
  REMOTE_REFUSED: {
    exit: 13,
    hint: 'Run ssh with this host once in a terminal: it must log in without a question.',
  },
  REMOTE_MISSING: { exit: 13, hint: 'Install this version there: kernelscope remote install HOST.' },
  REMOTE_LOST: { exit: 13, hint: 'Try again when the machine can be reached; jobs that run there go on.' },
  // units of a study on other machines
  PLAN_MALFORMED: { exit: 7, hint: 'Write the plan again with "study plan"; nothing was computed.' },
  UNIT_NOT_FOUND: { exit: 7, hint: 'List the units of the plan to see what there is.' },
  PACK_MALFORMED: { exit: 7, hint: 'Compute the unit again; nothing of the pack was used.' },
  PACK_FOREIGN: {
    exit: 7,
    hint: 'Add its models and images to the workspace first, or open the workspace that wrote the plan.',
  },
  // the rest
  USAGE: { exit: 2, hint: 'See --help.' },
  CANCELLED: { exit: 130, hint: 'Run the same command again to go on where it stopped.' },
  ENGINE_DOWN: { exit: 9, hint: 'Try again when the engine answers; jobs go on by themselves.' },
  UNSUPPORTED: { exit: 9, hint: 'This is not possible here; see the message.' },
  INTERNAL: { exit: 1, hint: 'This is a fault of Kernelscope. Please report it with the details.' },
} as const satisfies Record<string, { exit: number; hint: string }>

export type ErrorCode = keyof typeof errorCodes

/** The plain form in which an error crosses processes. */
export interface ErrorShape {
  code: ErrorCode
  message: string
  hint: string
  details?: string | undefined
}

/** An error with a code. `message` is one line that names the file or argument. */
export class KernelscopeError extends Error {
  readonly code: ErrorCode
  readonly hint: string
  readonly details: string | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string; details?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.name = 'KernelscopeError'
    this.code = code
    this.hint = options.hint ?? errorCodes[code].hint
    this.details = options.details
  }

  toShape(): ErrorShape {
    const { code, message, hint, details } = this
    return { code, message, hint, ...(details === undefined ? {} : { details }) }
  }
}

/** Rebuilds the error that another process or thread sent as a shape. */
export function fromErrorShape({ code, message, hint, details }: ErrorShape): KernelscopeError {
  return new KernelscopeError(code, message, { hint, ...(details === undefined ? {} : { details }) })
}

/**
 * Turns any thrown value into an `ErrorShape`. An error without a code of ours becomes INTERNAL, with its stack as
 * details.
 */
export function toErrorShape(error: unknown): ErrorShape {
  if (error instanceof KernelscopeError) return error.toShape()
  const message = error instanceof Error ? error.message : String(error)
  const details = error instanceof Error ? error.stack : undefined
  return { code: 'INTERNAL', message, hint: errorCodes.INTERNAL.hint, ...(details ? { details } : {}) }
}
