import { clusterProfile, type ClusterProfile } from '#shared/contract/index.ts'

/** A profile as the form has it: lists as lines of text. */
export type ClusterForm = Omit<ClusterProfile, 'host' | 'options' | 'modules' | 'maps'> & {
  host: string
  options: string
  modules: string
  maps: string
}

/** What a new profile begins with. */
const blank: ClusterProfile = {
  ...clusterProfile.parse({ name: 'x', folder: '/x' }),
  name: '',
  folder: '',
}

/** The form of a profile; of a new one where there is none. */
export const formOf = (profile: ClusterProfile | null): ClusterForm => {
  const { host, options, modules, maps, ...rest } = profile ?? blank
  return {
    ...rest,
    host: host ?? '',
    options: options.join('\n'),
    modules: modules.join('\n'),
    maps: maps.map(({ from, to }) => `${from}=${to}`).join('\n'),
  }
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** The profile that a form says, or what is wrong with it, by field. */
export function profileOf(
  form: ClusterForm,
): { profile: ClusterProfile; problems: null } | { profile: null; problems: Record<string, string> } {
  const found = clusterProfile.safeParse({
    ...form,
    name: form.name.trim(),
    host: form.host.trim() || null,
    options: linesOf(form.options),
    modules: linesOf(form.modules),
    maps: linesOf(form.maps).map((line) => {
      const at = line.indexOf('=/')
      return { from: line.slice(0, Math.max(0, at)), to: line.slice(at + 1) }
    }),
  })
  if (found.success) return { profile: found.data, problems: null }
  const problems: Record<string, string> = {}
  for (const { path, message } of found.error.issues) problems[String(path[0])] ??= message
  return { profile: null, problems }
}
