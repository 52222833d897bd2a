import type { Axis } from '../definition/index.ts'

/** The axis of studies that drop patches. */
export const droppedAxis: Axis<unknown> = {
  title: () => 'Dropped (%)',
  of: ({ percent }) => Number(percent),
  label: (x) => `${x} %`,
  hardens: () => true,
}
