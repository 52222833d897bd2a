import type { FolderCheck } from './contract/index.ts'

/**
 * What a comparison of files with the index found, in a sentence, and never more than was compared: "Digests of 600 of 600
 * files are equal.", "200 of 600 files were looked at: 199 as indexed by size and time, 1 changed."
 */
export function folderCheckText({ of, looked, digests, same, changed, missing }: FolderCheck): string {
  const bad = [...(changed > 0 ? [`${changed} changed`] : []), ...(missing > 0 ? [`${missing} missing`] : [])]
  const byTime = same - digests
  if (byTime === 0 && looked === of)
    return [`Digests of ${digests} of ${of} files are equal`, ...bad].join(', ').concat('.')
  const found = [
    ...(byTime > 0 ? [`${byTime} as indexed by size and time`] : []),
    ...(digests > 0 ? [`${digests} with the digest that was indexed`] : []),
    ...bad,
  ]
  return `${looked} of ${of} files were looked at: ${found.join(', ') || 'none is readable'}.`
}
