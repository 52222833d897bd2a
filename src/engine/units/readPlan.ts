import { openContainer, type Container } from './container.ts'
import { planSchema, refusePlan, type Plan, type PlanHead } from './planSchema.ts'

/** A plan whose file is open. */
export type OpenPlan = Plan & Pick<Container<PlanHead>, 'part' | 'close'>

/**
 * Opens a plan and checks its head.
 *
 * @throws PLAN_MALFORMED where it is no plan, or not as it was written
 * @throws FILE_MISSING, FILE_UNREADABLE where it cannot be read
 * @throws UNSUPPORTED where a newer Kernelscope wrote it
 */
export async function openPlan(path: string): Promise<OpenPlan> {
  return { ...(await openContainer(path, 'plan', planSchema, refusePlan(path))), path }
}

/** Reads the head of a plan. @throws as `openPlan` */
export async function readPlan(path: string): Promise<Plan> {
  const { digest, head, close } = await openPlan(path)
  await close()
  return { path, digest, head }
}
