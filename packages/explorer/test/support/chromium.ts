/**
 * The page in the Chromium that this machine has, opened as a file, as somebody without a network would.
 */
import { pathToFileURL } from "node:url"
import { type Browser, chromium, type Page } from "playwright-core"
import { executable } from "../../../browser/test/support/chromium.ts"
import { file } from "../../../../scripts/buildExplorer.ts"

export { executable }

export const launch = (): Promise<Browser> => chromium.launch({ executablePath: executable!, args: ["--no-sandbox"] })

/** An open page, and what went wrong on it: errors, warnings, refused contents, requests. */
export interface Opened {
  readonly page: Page
  readonly complaints: ReadonlyArray<string>
}

export interface How {
  readonly width?: number
  readonly dark?: boolean
  readonly fragment?: string
}

export const open = async (browser: Browser, how: How = {}): Promise<Opened> => {
  const { dark = false, fragment = "", width = 1440 } = how
  const page = await browser.newPage({
    viewport: { width, height: width < 500 ? 844 : 1000 },
    colorScheme: dark ? "dark" : "light",
    hasTouch: width < 500
  })
  const complaints: Array<string> = []
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`))
  page.on("pageerror", (error) => complaints.push(String(error)))
  const address = pathToFileURL(file).href
  page.on("request", (request) => {
    if (!request.url().startsWith(address)) complaints.push(`request: ${request.url()}`)
  })
  await page.goto(address + fragment)
  return { page, complaints }
}
