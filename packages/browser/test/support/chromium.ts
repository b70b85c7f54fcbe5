/**
 * Pages in the Chromium that this machine has, of a server that serves what it is given.
 */
import { existsSync } from "node:fs"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { delimiter, join } from "node:path"
import { type Browser, chromium, type Page } from "playwright-core"

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]
const mac = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
]

/** The program; undefined where none is installed. `CHROMIUM` names another one. */
export const executable: string | undefined = [
  ...(process.env["CHROMIUM"] === undefined ? [] : [process.env["CHROMIUM"]]),
  ...(process.env["PATH"] ?? "").split(delimiter).flatMap((folder) => names.map((name) => join(folder, name))),
  ...mac
].find((path) => existsSync(path))

if (executable === undefined) process.stderr.write("Chromium is not installed: its tests are skipped\n")

/** What is served at a path. */
export interface Served {
  readonly type: string
  readonly body: string
  /** The Content-Security-Policy of a page. */
  readonly policy?: string
}

export interface Site {
  readonly address: string
  readonly open: (path: string) => Promise<Page>
  readonly close: () => Promise<void>
}

const listening = (files: ReadonlyMap<string, Served>): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer(({ url = "/" }, response) => {
      const file = files.get(url)
      if (file === undefined) {
        response.writeHead(404).end()
        return
      }
      const policy = file.policy === undefined ? {} : { "content-security-policy": file.policy }
      response.writeHead(200, { "content-type": `${file.type}; charset=utf-8`, ...policy }).end(file.body)
    })
    server.listen(0, "127.0.0.1", () => resolve(server))
  })

/** Serves files by their paths to a browser. */
export const serve = async (files: ReadonlyMap<string, Served>): Promise<Site> => {
  const server = await listening(files)
  const browser: Browser = await chromium.launch({ executablePath: executable!, args: ["--no-sandbox"] })
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    address,
    open: async (path) => {
      const page = await browser.newPage()
      await page.goto(address + path)
      return page
    },
    close: async () => {
      await browser.close()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}
