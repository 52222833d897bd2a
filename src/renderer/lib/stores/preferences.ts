import { useLocalStorage } from '@vueuse/core'
import { defineStore } from 'pinia'

/** Settings of this window that do not belong to a workspace. The window itself stores them. */
export const usePreferencesStore = defineStore('preferences', () => {
  /** Sends a notification when a job ends while the window is in the background. */
  const notifications = useLocalStorage('kernelscope.notifications', true)
  /** Path of the allowed signers file that signatures of bundles are compared with; empty without one. */
  const signers = useLocalStorage('kernelscope.signers', '')
  return { notifications, signers }
})
