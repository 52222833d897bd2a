import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const allRules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
/** The rules whose outcome a theme may change. */
export const ofColours = ['color-contrast', 'link-in-text-block']

/**
 * Accessibility problems of the current page: one line for each serious or critical finding.
 *
 * @param rules rules of axe, or tags of them
 */
export async function barriers(page: Page, rules = allRules): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe)
  // Waits until dialogs have faded in, because contrast is measured on what people read.
  await page.evaluate(() =>
    Promise.race([
      Promise.allSettled(
        document
          .getAnimations()
          .filter(({ effect }) => effect?.getTiming().iterations !== Infinity)
          .map(({ finished }) => finished),
      ),
      new Promise((resolve) => setTimeout(resolve, 10_000)),
    ]),
  )
  const results = await page.evaluate(
    (runOnly) =>
      (window as unknown as { axe: { run: (options: object) => Promise<unknown> } }).axe.run({
        resultTypes: ['violations'],
        runOnly,
        // This rule is experimental in axe: it would require a labelled select to contain the name of its choice too.
        rules: { 'label-content-name-mismatch': { enabled: false } },
      }) as Promise<AxeResults>,
    rules,
  )
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => {
        const reason = failureSummary?.split('\n')[1]?.trim() ?? ''
        return `${id}: ${target.join(' ')}: ${reason}`
      }),
    )
}
