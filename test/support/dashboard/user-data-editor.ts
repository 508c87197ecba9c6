import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { runEdgeboot } from '../edgeboot-process.ts'

/** A document with two mistakes, and without them. */
export const WRONG = `#cloud-config
stylus:
  site:
    palletteEndpoint: palette.example.com
    edgeHostToken: q7Xk2mZ9pLw4
    projectName: stores
install:
  device: /dev/sda
  poweroff: tru
`

export const RIGHT = WRONG.replace('pallette', 'palette').replace('tru\n', 'true\n')

/** Opens it as a file in the editor. */
export async function openFile(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'User-data' }).waitFor()
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'user-data.yaml', mimeType: 'application/yaml', buffer: Buffer.from(text) })
}

/** Drops it as a file on the editor. */
export async function dropFile(page: Page, text: string): Promise<void> {
  // As a text: types of browsers are not those of tests.
  const data = await page.evaluateHandle<object>(`(() => {
    const transfer = new DataTransfer()
    transfer.items.add(new File([${JSON.stringify(text)}], 'user-data.yaml', { type: 'application/yaml' }))
    return transfer
  })()`)
  await page.getByRole('textbox', { name: 'User-data' }).dispatchEvent('drop', { dataTransfer: data })
}

/** Goes to the place of the finding of that rule and types over what is wrong there. */
export async function replaceAtFinding(page: Page, rule: string, text: string): Promise<void> {
  await page
    .getByRole('list', { name: 'Findings' })
    .getByRole('button', { name: `(${rule})` })
    .click()
  await page.keyboard.type(text)
  await page.getByText(`(${rule})`).waitFor({ state: 'detached' })
}

interface ShownFinding {
  readonly place: string
  readonly severity: string
  readonly rule: string
  /** With what to do about it. */
  readonly message: string
}

/** Findings below the editor. */
export async function shownFindings(page: Page): Promise<readonly ShownFinding[]> {
  const texts = await page.getByRole('list', { name: 'Findings' }).getByRole('listitem').allInnerTexts()
  return texts.map((text) =>
    findingIn(/^(?<severity>\w+) (?<place>\d+:\d+) (?<message>.*) \((?<rule>[\w-]+)\)$/, text),
  )
}

/** As `edgeboot user-data validate` prints them. */
export async function findingsOfCommand(text: string, directory: string): Promise<readonly ShownFinding[]> {
  const file = join(directory, 'user-data.yaml')
  writeFileSync(file, text)
  const { stdout, stderr } = await runEdgeboot(['user-data', 'validate', file], { HOME: directory })
  return `${stdout}${stderr}`
    .split('\n')
    .filter((line) => line.startsWith(file))
    .map((line) =>
      findingIn(
        /^(?<place>\d+:\d+) (?<severity>\w+) (?<rule>[\w-]+) (?<message>.*)$/,
        line.slice(file.length + 1),
      ),
    )
}

function findingIn(pattern: RegExp, text: string): ShownFinding {
  const groups = pattern.exec(text.replaceAll(/\s+/g, ' ').trim())?.groups
  if (!groups) throw new Error(`no finding: ${text}`)
  const { place = '', severity = '', rule = '', message = '' } = groups
  return { place, severity, rule, message }
}
