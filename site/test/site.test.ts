/**
 * The site as people open it: files, in Chromium, without a network.
 */
import axe from "axe-core"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { build, write } from "../../scripts/buildSite.ts"
import { executable, type How, launch, open, ways } from "./chromium.ts"

let folder = ""
let files: ReadonlyMap<string, string | Uint8Array> = new Map()

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rocflow-site-"))
  files = await build()
  write(files, folder)
}, 300_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Pages of the same frame: one of each kind is looked at in all ways, the others in one. */
const kinds = ["index.html", "aum.html", "from/pytorch.html", "api/losses/Bce.html"]

const isPage = (path: string) => path.endsWith(".html") && path !== "explorer-page.html"

const looks = (): ReadonlyArray<readonly [path: string, how: How]> => {
  const pages = [...files.keys()].filter(isPage)
  const others = pages.filter((path) => !kinds.includes(path) && !path.startsWith("api/") && !path.startsWith("files/"))
  return [
    ...kinds.flatMap((path) => ways.map((how) => [path, how] as const)),
    ...others.map((path, i) => [path, ways[i % ways.length]!] as const)
  ]
}

it("has the pages, the reference, the explorer and what its pages show", () => {
  const paths = [...files.keys()]
  for (const path of [
    ...kinds,
    "explorer-page.html",
    "files/examples/soak/figures/scores-iid-easy-rmse.svg",
    "project/security.html"
  ]) {
    expect(paths).toContain(path)
  }
  expect(paths.filter((path) => path.startsWith("api/")).length).toBeGreaterThan(100)
})

it("is made of files that belong to nobody's machine", () => {
  const ours = [...files].filter(([path]) => !path.startsWith("files/"))
  const named = ours.filter(([, content]) => typeof content === "string" && content.includes(process.cwd()))
  expect(named.map(([path]) => path)).toEqual([])
})

const where = executable === undefined ? "Chromium, which is not installed" : "Chromium"

describe.skipIf(executable === undefined)(`in ${where}`, () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser.close())

  /** Opens a page, and expects at the end that nothing went wrong on it. */
  const on = async (path: string, how: How, use: (page: Page) => Promise<void>) => {
    const { complaints, page } = await open(browser, folder, path, how)
    await use(page)
    expect({ path, complaints }).toEqual({ path, complaints: [] })
    await page.close()
  }

  it("fits, and axe has no complaint, on wide and narrow screens, light and dark", async () => {
    for (const [path, how] of looks()) {
      await on(path, how, async (page) => {
        const width = await page.evaluate("document.documentElement.scrollWidth")
        const ground = await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        const wanted = how.dark ? "rgb(20, 24, 29)" : "rgb(255, 255, 255)"
        expect({ path, width, ground }).toEqual({ path, width: how.width, ground: wanted })
        await page.evaluate(axe.source)
        // Code has the same colours everywhere, and pages full of it take long.
        const where = kinds.includes(path) ? "document" : '{ exclude: ["pre"] }'
        const { violations } = await page.evaluate<axe.AxeResults>(`axe.run(${where}, { preload: false })`)
        expect(violations.map(({ help, nodes }) => `${path}: ${help}: ${nodes[0]?.html}`)).toEqual([])
      })
    }
  }, 300_000)

  const [wide, narrow] = ways as [How, How]

  it("finds words, by keys alone, and goes to the part of the page", () =>
    on("api/losses/Aum.html", wide, async (page) => {
      await page.keyboard.press("/")
      await page.keyboard.type("decimal mark")
      await page.waitForSelector("#found [role=option]")
      const found = await page.locator("#found [role=option]").allTextContents()
      expect(found.some((text) => text.includes("Semicolons and decimal commas"))).toBe(true)
      await page.keyboard.press("ArrowDown")
      const chosen = page.locator("#found [aria-selected=true]")
      expect(await page.getAttribute("#query", "aria-activedescendant")).toBe(await chosen.getAttribute("id"))
      const to = await chosen.getAttribute("data-to")
      await page.keyboard.press("Enter")
      await page.waitForURL(`**/${to!.replace(/^(\.\.\/)+/, "")}`)
    }))

  it("finds what a word means before what is exported under it", () =>
    on("index.html", wide, async (page) => {
      for (const word of ["stratum", "resampling", "learner"]) {
        await page.fill("#query", word)
        await page.waitForFunction(`document.querySelector("#found mark")?.textContent.toLowerCase() === "${word}"`)
        const found = await page
          .locator("#found [role=option]")
          .evaluateAll((all) => all.map((each) => each.getAttribute("data-to")))
        expect({ word, first: found[0] }).toEqual({ word, first: expect.stringMatching(/^(glossary|concepts)\.html#/) })
      }
    }))

  it("leaves words of code whole in tables of a phone", () =>
    on("tutorials/main-job.html", narrow, async (page) => {
      const broken = await page.evaluate(
        `Array.from(document.querySelectorAll("td code")).filter((code) => !/[ -]/.test(code.textContent) && code.getClientRects().length > 1).map((code) => code.textContent)`
      )
      expect(broken).toEqual([])
    }))

  it("finds a name by its last part, and says so where it finds nothing", () =>
    on("index.html", wide, async (page) => {
      await page.fill("#query", "targetEncoding")
      await page.waitForSelector("#found [role=option]")
      expect((await page.locator("#found b").allTextContents()).join("\n")).toMatch(/targetEncoding|Preprocess/)
      await page.fill("#query", "xyzzyxyzzy")
      await page.waitForFunction("document.querySelector('#count').textContent === 'Nothing found'")
      await page.keyboard.press("Escape")
      expect(await page.isVisible("#found")).toBe(false)
    }))

  it("keeps the theme that was chosen", () =>
    on("index.html", wide, async (page) => {
      const ground = () => page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
      await page.click("#theme")
      await page.click("#theme")
      expect(await page.textContent("#theme")).toBe("Theme: dark")
      expect(await ground()).toBe("rgb(20, 24, 29)")
      await page.reload()
      expect(await ground()).toBe("rgb(20, 24, 29)")
      await page.click("#theme")
      expect(await ground()).toBe("rgb(255, 255, 255)")
    }))

  it("has its navigation behind a button on a phone", () =>
    on("start.html", narrow, async (page) => {
      expect(await page.isVisible("#navigation")).toBe(false)
      await page.click("#menu")
      expect(await page.getAttribute("#menu", "aria-expanded")).toBe("true")
      await page.click("#navigation >> text=Use my own CSV")
      expect(await page.textContent("h1")).toBe("Use my own CSV")
    }))
})
