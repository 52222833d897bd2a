import type { Page } from 'playwright-core'

/** What does not fit on the current page in windows of these sizes, with the width before each finding. */
export async function misfitsAt(page: Page, sizes: { width: number; height: number }[]): Promise<string[]> {
  const found: string[] = []
  for (const size of sizes) {
    await page.setViewportSize(size)
    let here: string[] = []
    // Parts that measure themselves are laid out again some frames later.
    for (let tries = 0; tries < 5; tries++) {
      await new Promise((done) => setTimeout(done, 100 + 200 * tries))
      here = await misfits(page)
      if (here.length === 0) break
    }
    found.push(...here.map((one) => `${size.width} px: ${one}`))
  }
  await page.setViewportSize({ width: 1280, height: 800 })
  return found
}

/**
 * What does not fit on the current page at its current size: text that is cut without an ellipsis or a tooltip, parts
 * beyond the window that cannot be scrolled to, and scrollers within scrollers of the same direction.
 */
export const misfits = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found = new Set<string>()
    /** Nothing moves meanwhile: what is asked of the same element again and again is asked once. */
    const once = <T>(ask: (element: Element) => T) => {
      const kept = new Map<Element, T>()
      return (element: Element): T => {
        const known = kept.get(element)
        if (known !== undefined) return known
        const told = ask(element)
        kept.set(element, told)
        return told
      }
    }
    const style = once((element) => {
      const { overflowX, overflowY, position, textOverflow } = getComputedStyle(element)
      return { overflowX, overflowY, position, textOverflow }
    })
    const boxOf = once((element) => element.getBoundingClientRect())
    const shown = (element: Element) =>
      element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && boxOf(element).width > 1
    const scrollsAcross = once(
      (element) =>
        /auto|scroll/.test(style(element).overflowX) && element.scrollWidth > element.clientWidth + 1,
    )
    const scrollsDown = once(
      (element) =>
        /auto|scroll/.test(style(element).overflowY) && element.scrollHeight > element.clientHeight + 1,
    )
    const above = once((element): Element[] =>
      element.parentElement === null ? [element] : [element, ...above(element.parentElement)],
    )
    const isApart = once((element) => element.matches('.sr-only, svg, [aria-hidden=true]'))
    const nameOf = (element: Element) => {
      const label = element.getAttribute('aria-label') ?? element.textContent.trim().replace(/\s+/g, ' ')
      return `${element.tagName.toLowerCase()}.${element.getAttribute('class')?.split(' ').slice(0, 4).join('.') ?? ''} "${label.slice(0, 50)}"`
    }
    const hasText = (element: Element) =>
      [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim())

    /** Where the lines of an element's text are painted, cut by what the element is inside of. */
    function painted(element: Element): DOMRect[] {
      const range = document.createRange()
      const text = [...element.childNodes].find(
        (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim(),
      )
      if (!text) return []
      range.selectNode(text)
      const cutting = above(element).map((one) => ({ cut: style(one), box: boxOf(one) }))
      return [...range.getClientRects()].flatMap((line) => {
        let { left, right, top, bottom } = line
        for (const { cut, box } of cutting) {
          if (cut.overflowX !== 'visible')
            [left, right] = [Math.max(left, box.left), Math.min(right, box.right)]
          if (cut.overflowY !== 'visible')
            [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)]
        }
        return right - left > 2 && bottom - top > 2
          ? [new DOMRect(left, top, right - left, bottom - top)]
          : []
      })
    }
    /** The layer of an element: what is laid over other parts on purpose. */
    const layerOf = (element: Element) =>
      above(element).find((one) => /fixed|sticky|absolute/.test(style(one).position)) ?? document.body
    function overlaps(texts: Element[]): string[] {
      const boxes = texts.flatMap((element) => {
        if (above(element).some(isApart)) return []
        const layer = layerOf(element)
        return painted(element).map((box) => ({ element, box, layer }))
      })
      return boxes.flatMap((a, i) =>
        boxes.slice(i + 1).flatMap((b) => {
          const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left)
          const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top)
          const meet =
            a.element !== b.element &&
            a.layer === b.layer &&
            across > 3 &&
            down > 5 &&
            !a.element.contains(b.element)
          return meet ? [`text over text: ${nameOf(a.element)} and ${nameOf(b.element)}`] : []
        }),
      )
    }

    const elements = [...document.querySelectorAll('body *')].filter(shown)
    for (const element of elements) {
      const around = above(element)
      if (around.some((one) => isApart(one) || one.matches('canvas'))) continue
      const { overflowX, textOverflow } = style(element)
      const cut = element.scrollWidth > element.clientWidth + 1 && /hidden|clip/.test(overflowX)
      if (
        cut &&
        hasText(element) &&
        textOverflow !== 'ellipsis' &&
        !around.some((one) => one.hasAttribute('title'))
      )
        found.add(`cut text: ${nameOf(element)}`)
      const spills =
        element.scrollWidth > element.clientWidth + 2 && element.clientWidth > 0 && overflowX === 'visible'
      if (spills && hasText(element)) found.add(`text beside its place: ${nameOf(element)}`)
      const { right, left } = boxOf(element)
      const reachable = around.slice(1).some(scrollsAcross)
      const hidden = around
        .slice(1)
        .some((one) => style(one).overflowX !== 'visible' && boxOf(one).right <= left + 1)
      if (hasText(element) && right > innerWidth + 1 && !reachable && !hidden)
        found.add(`beyond the window: ${nameOf(element)}`)
      if (element.matches('textarea, pre, [role=listbox] *')) continue
      if (scrollsDown(element)) {
        const outer = around.slice(1).find(scrollsDown)
        if (outer) found.add(`scrolls within a scroller: ${nameOf(element)} in ${nameOf(outer)}`)
      }
    }
    for (const pair of overlaps(elements.filter((element) => hasText(element)))) found.add(pair)
    if (document.documentElement.scrollWidth > innerWidth + 1) found.add('the window scrolls sideways')
    return [...found]
  })
