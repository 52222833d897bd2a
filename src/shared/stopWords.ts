import type { StopReason, StopRule } from './contract/stopping.ts'

/** The title of a model by its id. */
type TitleOf = (modelId: number) => string

/** The level at which everything that a rule waits for is decided. */
export const stopLevel = 0.95

const percent = `${Math.round(100 * stopLevel)} %`

/** A share in points: 0.015 is "1.5 points". */
export function pointsText(share: number): string {
  const points = Number((100 * share).toPrecision(3))
  return `${points} ${points === 1 ? 'point' : 'points'}`
}

/** Seconds as they are typed: "90 s", "1 min", "10 min", "1.5 h". */
function secondsText(seconds: number): string {
  const [unit, of] =
    seconds < 120 && seconds !== 60
      ? ['s', 1]
      : seconds < 7200 && seconds !== 3600
        ? ['min', 60]
        : ['h', 3600]
  return `${Number((seconds / Number(of)).toPrecision(3))} ${unit}`
}

function timeText(seconds: number): string {
  const text = secondsText(seconds)
  return `${text} ${text.startsWith('1 ') ? 'has' : 'have'} passed`
}

/** What a study waits for before it stops, e.g. "every point is within ±1 point at 95 %, or 10 min have passed". */
export function stopRuleText({ within, above, seconds }: StopRule, titleOf: TitleOf): string {
  return [
    ...(within === undefined ? [] : [`every point is within ±${pointsText(within)} at ${percent}`]),
    ...(above === undefined
      ? []
      : [
          `it is decided whether ${titleOf(above.a)} is above ${titleOf(above.b)} at every point, at ${percent} together`,
        ]),
    ...(seconds === undefined ? [] : [timeText(seconds)]),
  ].join(', or ')
}

/** What has come, e.g. "A is above B at every point, at 95 % together". */
export function stopReasonText(
  { within = 0, above, seconds = 0 }: StopRule,
  reason: StopReason,
  titleOf: TitleOf,
): string {
  const [a, b] = above ? [titleOf(above.a), titleOf(above.b)] : ['', '']
  switch (reason) {
    case 'within':
      return `every point is within ±${pointsText(within)} at ${percent}`
    case 'above':
      return `${a} is above ${b} at every point, at ${percent} together`
    case 'notAbove':
      return `${a} is not above ${b} at every point, at ${percent} together`
    case 'seconds':
      return `${secondsText(seconds)} had passed`
  }
}
