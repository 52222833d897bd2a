import { z } from 'zod'

/** A folder below that of the file, with forward slashes: "near", "fog/3". */
const folder = z
  .string()
  .min(1)
  .max(300)
  .refine((path) => !path.split('/').some((step) => step === '' || step === '.' || step === '..'), {
    message: 'must be a folder below that of the file, such as "fog/3"',
  })

const level = z.strictObject({
  folder: folder.meta({ description: 'Folder with class folders, below the folder of this file' }),
  value: z.number().optional().meta({ description: 'Place on the axis; all levels have one, or none has' }),
  label: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: 'Left out: the value with its unit, or the folder' }),
})

/**
 * The file conditions.json: folders whose images show the same pictures under conditions of one axis. Pictures pair by their path below
 * the folder, without its ending.
 */
export const conditionsFile = z
  .strictObject({
    format: z.literal('kernelscope-conditions'),
    version: z.literal(1),
    axis: z.string().min(1).max(100).meta({ description: 'Title of the axis, e.g. "Distance"' }),
    unit: z.string().max(20).optional().meta({ description: 'Unit of the values, e.g. "m"' }),
    levels: z.array(level).min(1).max(200),
    baseline: folder
      .optional()
      .meta({ description: 'Folder with the pictures under no condition; it is no level' }),
  })
  .superRefine(({ levels, baseline }, context) => {
    const refuse = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message })
    const folders = [...levels.map((one) => one.folder), ...(baseline === undefined ? [] : [baseline])]
    for (const [at, one] of folders.entries()) {
      const place = at < levels.length ? ['levels', at, 'folder'] : ['baseline']
      if (folders.indexOf(one) < at) refuse(place, `${one} is named twice`)
      const outer = folders.find((other) => other !== one && one.startsWith(`${other}/`))
      if (outer !== undefined) refuse(place, `${one} lies in ${outer}, which is a condition itself`)
    }
    const valued = levels.filter(({ value }) => value !== undefined)
    if (valued.length > 0 && valued.length < levels.length)
      refuse(['levels'], 'all levels need a value, or none may have one')
    if (new Set(valued.map(({ value }) => value)).size < valued.length)
      refuse(['levels'], 'two levels have the same value')
  })

export type ConditionsFile = z.output<typeof conditionsFile>

/** A level in words: its label, its value with the unit, or its folder. */
export const levelLabel = (
  { label, value, folder: path }: ConditionsFile['levels'][number],
  unit = '',
): string => label ?? (value === undefined ? path : `${value}${unit === '' ? '' : ` ${unit}`}`)
