import type { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'
import type { StudyDefinition } from './definition.ts'

/**
 * Declares a study. The registry holds all definitions as one type, so every function here parses its
 * parameters with the schema first.
 */
export function defineStudy<Schema extends z.ZodObject>(
  definition: StudyDefinition<Schema>,
): StudyDefinition {
  const parse = (params: unknown) => {
    const parsed = definition.params.safeParse(params)
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    throw new KernelscopeError(
      'STUDY_PARAMS',
      `invalid ${issue?.path.join('.') || 'parameters'} of ${definition.title}: ${issue?.message ?? ''}`,
    )
  }
  const {
    groupSize,
    measure,
    settle,
    otherDatasets,
    stored,
    fits,
    exportDraws,
    extraWork,
    point,
    kept,
    axis,
    needs,
    beside,
  } = definition
  const parsed: Partial<StudyDefinition> = {
    groupSize: (params) => groupSize?.(parse(params)) ?? null,
    conditions: (params, model, context) => definition.conditions(parse(params), model, context),
    settle: (params, context) => settle?.(parse(params), context) ?? params,
    extraWork: (params, context) => extraWork?.(parse(params), context) ?? [],
    warnings: (params, models, context) => definition.warnings?.(parse(params), models, context) ?? [],
    needs: (params) => needs?.(parse(params)) ?? [],
    readsLabels: (params, models, context) => definition.readsLabels?.(parse(params), models, context) ?? [],
    beside: (params) => beside?.(parse(params)) ?? [],
    otherDatasets: (params) => otherDatasets?.(parse(params)) ?? [],
    fits: (params, context) => fits?.(parse(params), context),
    stored: (params, context) => stored?.(parse(params), context) ?? [],
    view: (grid, params, context) => definition.view(grid, parse(params), context),
  }
  if (axis)
    parsed.axis = {
      title: (chosen) => axis.title(parse(chosen)),
      of: (params, chosen) => axis.of(params, parse(chosen)),
      label: (x, chosen) => axis.label(x, parse(chosen)),
      ...(axis.hardens && { hardens: (params, chosen) => axis.hardens?.(params, parse(chosen)) ?? false }),
    }
  if (typeof exportDraws === 'function')
    parsed.exportDraws = (params, models, db) => exportDraws(parse(params), models, db)
  if (kept) parsed.kept = (params, model, context) => kept(parse(params), model, context)
  if (point) parsed.point = (key, params, model, context) => point(key, parse(params), model, context)
  if (measure) parsed.measure = (context, params) => measure(context, parse(params))
  return { ...definition, ...parsed } as StudyDefinition
}
