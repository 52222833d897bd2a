import type { Page } from 'playwright-core'

/** Drags files and folders over the middle of the window, with their paths, as Chromium reports it for a file manager. */
export function dropsOn(page: () => Page) {
  const offer = () => page().getByText(/^Drop to (add|open)$/)

  async function drag(files: string[], type: 'dragEnter' | 'dragOver' | 'drop') {
    const main = page().locator('main').first()
    await main.waitFor()
    const box = await main.boundingBox()
    if (!box) throw new Error('there is nothing to drop on')
    const devTools = await page().context().newCDPSession(page())
    await devTools.send('Input.dispatchDragEvent', {
      type,
      x: Math.round(box.x + box.width / 2),
      y: Math.round(box.y + box.height / 2),
      data: { items: [], files, dragOperationsMask: 1 },
    })
    await devTools.detach()
  }

  /** Moves over the window until the page shows what a drop would do. */
  async function hover(files: string[]) {
    await drag(files, 'dragEnter')
    const offered = async () => {
      await drag(files, 'dragOver')
      return offer().isVisible()
    }
    const end = Date.now() + 20_000
    while (!(await offered())) {
      if (Date.now() > end) throw new Error('the page offers no drop')
      await page().waitForTimeout(50)
    }
  }

  async function drop(files: string[]) {
    await hover(files)
    await drag(files, 'drop')
    await offer().waitFor({ state: 'hidden' })
  }

  return { drag, hover, drop, offer }
}
