import type { Layer } from '#shared/contract/index.ts'
import { weightText, type Part } from '../parts.ts'

/** A node of the layer tree: a stage, part, unit or layer. */
export interface TreeNode {
  key: string
  kind: 'stage' | 'part' | 'unit' | 'layer'
  title: string
  parameters: number
  macs: number | null
  part: Part | null
  layer: Layer | null
  children: TreeNode[]
}

/** A node as a row of the shown list. */
export interface TreeRow {
  node: TreeNode
  /** From 1. */
  level: number
  expanded: boolean
  /** Index among its siblings, from 1, and the number of siblings. */
  position: number
  siblings: number
  parent: string | null
}

/**
 * The tree of stages, parts, units and layers. Stem and head are roots beside the stages. A level with only one child
 * is left out.
 */
export function treeOf(parts: readonly Part[]): TreeNode[] {
  const roots: TreeNode[] = []
  for (const part of parts) {
    const node = partNode(part)
    const stage = part.stage === null || part.stage === 0 ? null : part.stage
    if (stage === null) {
      roots.push(node)
      continue
    }
    const key = `stage-${stage}`
    let parent = roots.find((root) => root.key === key)
    if (!parent) roots.push((parent = group(key, 'stage', `Stage ${stage}`, null, [])))
    parent.children.push(node)
    parent.parameters += node.parameters
    parent.macs = add(parent.macs, node.macs)
  }
  return roots
}

function partNode(part: Part): TreeNode {
  const several = part.units.length > 1
  const children = several
    ? part.units.map(({ title, layers }, unit) =>
        group(
          `${part.key}/${unit}`,
          'unit',
          title,
          part,
          layers.map((layer) => layerNode(layer, part)),
        ),
      )
    : part.layers.map((layer) => layerNode(layer, part))
  const only = several ? undefined : part.units[0]?.title
  const title = part.kind === 'block' && only ? `${part.title}: ${only}` : part.title
  return { ...group(part.key, 'part', title, part, children), parameters: part.parameters, macs: part.macs }
}

function group(
  key: string,
  kind: TreeNode['kind'],
  title: string,
  part: Part | null,
  children: TreeNode[],
): TreeNode {
  return {
    key,
    kind,
    title,
    part,
    layer: null,
    children,
    parameters: children.reduce((sum, child) => sum + child.parameters, 0),
    macs: children.reduce<number | null>((sum, child) => add(sum, child.macs), 0),
  }
}

const layerNode = (layer: Layer, part: Part): TreeNode => ({
  key: `layer-${layer.index}`,
  kind: 'layer',
  title: layer.op,
  parameters: layer.parameters,
  macs: layer.macs,
  part,
  layer,
  children: [],
})

const add = (a: number | null, b: number | null) => (a === null || b === null ? null : a + b)

/** The text of a node that a search reads. */
function textOf({ title, layer }: TreeNode): string {
  const own = layer
    ? `${layer.node} ${weightText(layer)} ${layer.weights.map(({ name }) => name).join(' ')}`
    : ''
  return `${title} ${own}`.toLowerCase().replaceAll(' × ', 'x')
}

/**
 * The visible rows. Without search words: everything under expanded nodes. With search words: the nodes whose own text
 * and those of their ancestors contain every word; all branches that lead to them are open.
 */
export function treeRows(
  roots: readonly TreeNode[],
  expanded: ReadonlySet<string>,
  search: string,
): { rows: TreeRow[]; found: number } {
  const words = search.toLowerCase().replaceAll(' × ', 'x').split(/\s+/).filter(Boolean)
  const rows: TreeRow[] = []
  let found = 0

  /** Appends the rows of `node` if it or anything under it matches; returns whether it does. */
  function visit(
    node: TreeNode,
    level: number,
    parent: string | null,
    above: string,
    position: number,
    siblings: number,
  ): boolean {
    const path = `${above} ${textOf(node)}`
    const fits = words.every((word) => path.includes(word))
    const leaf = node.children.length === 0
    if (words.length > 0 && leaf && !fits) return false
    const open = words.length > 0 || expanded.has(node.key)
    const at = rows.length
    rows.push({ node, level, expanded: open && !leaf, position, siblings, parent })
    if (leaf) {
      if (words.length > 0) found++
      return true
    }
    if (!open) return true
    let any = false
    for (const [place, child] of node.children.entries())
      any = visit(child, level + 1, node.key, path, place + 1, node.children.length) || any
    if (!any && words.length > 0) rows.length = at
    return any
  }

  for (const [place, root] of roots.entries()) visit(root, 1, null, '', place + 1, roots.length)
  return { rows, found }
}

/** Keys of all nodes above a node, from the root down; empty where the node is not in the tree. */
export function pathTo(roots: readonly TreeNode[], key: string): string[] {
  for (const root of roots) {
    if (root.key === key) return []
    const below = root.children.some((child) => child.key === key) ? [] : pathTo(root.children, key)
    if (below.length > 0 || root.children.some((child) => child.key === key)) return [root.key, ...below]
  }
  return []
}

/** Keys of every node that can be opened. */
export const allBranches = (roots: readonly TreeNode[]): string[] =>
  roots.flatMap((node) => (node.children.length > 0 ? [node.key, ...allBranches(node.children)] : []))

/** What a key does in the tree: go to a row, or open or close a node; null for other keys. */
export function treeStep(
  key: string,
  rows: readonly TreeRow[],
  at: number,
  page = 12,
): { row: number } | { open: string } | { close: string } | null {
  const row = rows[at]
  if (!row) return rows.length > 0 && key.startsWith('Arrow') ? { row: 0 } : null
  const last = rows.length - 1
  switch (key) {
    case 'ArrowDown':
      return { row: Math.min(last, at + 1) }
    case 'ArrowUp':
      return { row: Math.max(0, at - 1) }
    case 'PageDown':
      return { row: Math.min(last, at + page) }
    case 'PageUp':
      return { row: Math.max(0, at - page) }
    case 'Home':
      return { row: 0 }
    case 'End':
      return { row: last }
    case 'ArrowRight':
      if (row.node.children.length === 0) return null
      return row.expanded ? { row: Math.min(last, at + 1) } : { open: row.node.key }
    case 'ArrowLeft': {
      if (row.expanded) return { close: row.node.key }
      const parent = rows.findIndex(({ node }) => node.key === row.parent)
      return parent >= 0 ? { row: parent } : null
    }
    default:
      return null
  }
}
