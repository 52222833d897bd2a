import { isAbsolute, join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { safeName } from '../../figures/index.ts'
import { makeReport } from '../../report/index.ts'
import { exportsOf } from '../../workspace/index.ts'
import { api } from '../session/implementation.ts'

export const reports = {
  make: api.reports.make.handler(async ({ input, context }) => {
    const { workspace, reader } = context.session.open()
    const path = input.path ?? join(exportsOf(workspace), `${safeName(input.title)}.html`)
    if (!isAbsolute(path)) throw new KernelscopeError('USAGE', `invalid path: ${path} is not absolute`)
    const tools = { press: context.session.press, reader }
    return { files: [await makeReport(workspace, tools, input.studyIds, input.title, path)] }
  }),
}
