import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Test files that take longest. Begun last, one of them would keep one core busy while the other waits. */
const slowest = [
  'tests/trust/kills.test.ts',
  'tests/engine/studies/independence.test.ts',
  'tests/engine/bundles/measured.test.ts',
  'tests/engine/cluster/slurm.test.ts',
  'tests/docs/extending.test.ts',
]

/** Runs the slowest files of a project first, and the others by their size, as vitest does where it does not know their times. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const slow = ({ moduleId, project }: TestSpecification) =>
      slowest.includes(relative(project.config.root, moduleId).replaceAll('\\', '/'))
    const byProject = Map.groupBy(sorted, ({ project }) => project)
    return [...byProject.values()].flatMap((own) => [
      ...own.filter(slow),
      ...own.filter((file) => !slow(file)),
    ])
  }
}
