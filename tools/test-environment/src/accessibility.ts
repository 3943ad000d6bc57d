import { source } from 'axe-core'
import type { Page } from 'playwright-core'

/** WCAG 2.2, levels A and AA. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

type Violation = { id: string; help: string; nodes: Array<{ html: string; failureSummary?: string }> }

/**
 * What axe finds wrong with the page as it stands, each with the elements it is about. The elements at which Fluent
 * UI's focus handling passes the focus on are left out: nobody stays on them.
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
