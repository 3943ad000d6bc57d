import { source } from 'axe-core'
import type { Page } from 'playwright-core'

/** WCAG 2.2, levels A and AA. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

type Violation = { id: string; help: string; nodes: Array<{ html: string; failureSummary?: string }> }

/**
 * Returns the violations that axe finds in the page's current state, each with its elements. Fluent UI's focus
 * sentinels are excluded: they pass the focus on at once.
 */
export async function findViolations(page: Page): Promise<string[]> {
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(source)
  const { violations } = (await page.evaluate(
    `axe.run({ exclude: [['[data-tabster-dummy]']] }, { runOnly: ${JSON.stringify(TAGS)}, resultTypes: ['violations'] })`,
  )) as {
    violations: Violation[]
  }
  return violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}\n${nodes.map((node) => `  ${node.html}\n  ${node.failureSummary}`).join('\n')}`,
  )
}
