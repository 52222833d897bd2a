import type { ClusterProfile } from '#shared/contract/index.ts'

/** Folder of a run on the cluster. */
export const runFolder = ({ folder }: Pick<ClusterProfile, 'folder'>, token: string): string =>
  `${folder.replace(/\/+$/, '')}/kernelscope-${token}`

/** Name of the jobs of a submission, by which they are found again. */
export const jobName = (token: string, number: number): string => `${token}-${number}`

/** What a path of this machine is on the cluster: the longest prefix that is mapped counts. */
export function mapped(path: string, maps: ClusterProfile['maps']): string {
  const [best] = maps
    .map(({ from, to }) => ({ from: from.replace(/\/+$/, ''), to: to.replace(/\/+$/, '') }))
    .filter(({ from }) => path === from || path.startsWith(`${from}/`))
    .sort((a, b) => b.from.length - a.from.length)
  return best ? `${best.to}${path.slice(best.from.length)}` : path
}
