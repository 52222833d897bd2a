import type { JobState } from '#shared/contract/index.ts'

/** How the states of a job look: icon, its colour, and the colour of a dot. */
export const jobLooks: Record<JobState, { icon: string; tone: string; dot: string }> = {
  queued: { icon: 'i-lucide-clock', tone: 'text-muted', dot: 'bg-inverted/40' },
  running: {
    icon: 'i-lucide-loader-circle',
    tone: 'text-primary animate-spin motion-reduce:animate-none',
    dot: 'bg-primary',
  },
  paused: { icon: 'i-lucide-pause', tone: 'text-warning', dot: 'bg-warning' },
  done: { icon: 'i-lucide-check', tone: 'text-success', dot: 'bg-success' },
  failed: { icon: 'i-lucide-circle-x', tone: 'text-error', dot: 'bg-error' },
  cancelled: { icon: 'i-lucide-square', tone: 'text-muted', dot: 'bg-inverted/40' },
}
