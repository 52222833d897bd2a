import { computed, type ComputedRef } from 'vue'
import { useWorkspaceStore } from './stores/workspace.ts'

/** Why nothing can be changed, for titles and menus; null in a workspace that may be changed. */
export function useReadOnly(): ComputedRef<string | null> {
  const workspace = useWorkspaceStore()
  return computed(() =>
    workspace.info?.readOnly == null
      ? null
      : `Nothing can be changed in this workspace. ${workspace.info.readOnly} Look at it, or export to a folder of yours.`,
  )
}

/**
 * Props for a button that changes the workspace: in one that is only read it is disabled, and its title says why. Bind them
 * last: `v-bind="locked"`.
 */
export function useLocked(): ComputedRef<{ disabled?: true; title?: string }> {
  const reason = useReadOnly()
  return computed(() => (reason.value === null ? {} : { disabled: true as const, title: reason.value }))
}

/** The first group of a menu with items that are off in a workspace that is only read: it says why. */
export function useLockedNote(): ComputedRef<{ label: string; type: 'label' }[][]> {
  const reason = useReadOnly()
  return computed(() =>
    reason.value === null ? [] : [[{ label: 'Read-only: nothing can be changed', type: 'label' as const }]],
  )
}
