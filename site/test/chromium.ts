/** The site in the Chromium that this machine has, opened as files, as somebody without a network would. */
import { pathToFileURL } from "node:url"
import { join } from "node:path"
import type { Browser, Page } from "playwright-core"
export { executable } from "../../packages/browser/test/support/chromium.ts"
export { launch } from "../../packages/explorer/test/support/chromium.ts"

export interface How {
  readonly width: 1440 | 390
  readonly dark: boolean
}

/** The four ways in which a page is looked at. */
export const ways: ReadonlyArray<How> = [
  { width: 1440, dark: false },
  { width: 390, dark: true },
  { width: 1440, dark: true },
  { width: 390, dark: false }
]

/** An open page, and what went wrong on it: errors, warnings, requests of other machines. */
export interface Opened {
  readonly page: Page
  readonly complaints: ReadonlyArray<string>
}

export const open = async (browser: Browser, folder: string, path: string, { dark, width }: How): Promise<Opened> => {
  const page = await browser.newPage({
    viewport: { width, height: width < 500 ? 844 : 1000 },
    colorScheme: dark ? "dark" : "light",
    hasTouch: width < 500
  })
  const complaints: Array<string> = []
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`))
  page.on("pageerror", (error) => complaints.push(String(error)))
  page.on("request", (request) => {
    if (!request.url().startsWith(pathToFileURL(folder).href)) complaints.push(`request: ${request.url()}`)
  })
  await page.goto(pathToFileURL(join(folder, path)).href)
  return { page, complaints }
}
