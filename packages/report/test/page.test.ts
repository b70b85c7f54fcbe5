/**
 * The page as people open it: a file, in Chromium, without a network.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import axe from "axe-core"
import { type Browser, chromium, type Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { executable } from "../../browser/test/support/chromium.ts"
import * as Figure from "../src/Figure.ts"
import { document } from "../src/html.ts"
import { png } from "../src/internal/png.ts"
import type { ReportModel } from "../src/ReportModel.ts"
import { sampleModel } from "./sampleModel.ts"

const where = executable === undefined ? "Chromium, which is not installed" : "Chromium"
const folder = mkdtempSync(join(tmpdir(), "rocflow-page-"))
const learners = ["featureless", "elastic-net", "forest", "boosting", "mlp.aum.rate"]
const subsets = ["north", "river", "south", "east", "west", "a subset whose name is long"]

const write = (name: string, model: ReportModel): string => {
  const file = join(folder, name)
  const drawn = Figure.all(model).map((figure) => ({ figure }))
  writeFileSync(file, document(model, drawn))
  return pathToFileURL(file).href
}

const pages = {
  large: () => write("large.html", sampleModel({ folds: 3, epochs: 8, learners, subsets })),
  tuned: () => {
    const model = sampleModel({ folds: 2, epochs: 2, subsets: ["north", "river"] })
    const pixel = Buffer.from(png(new Uint8Array(1), 1, 1, 1)).toString("base64")
    const grid = { task: "trees", column: "scan", levels: ["a", "b"], subsets: ["north", "river"] }
    const images = grid.levels.flatMap((level) => grid.subsets.map((subset) => ({ level, subset, png: pixel })))
    const tuning = {
      task: "trees",
      learner: "elastic-net",
      testSubset: "north",
      trainSubsets: "same" as const,
      fold: 0,
      measure: "auc",
      direction: "maximise" as const,
      values: { rate: 0.2 },
      inner: 0.95,
      outer: 0.9,
      tried: [
        { values: { rate: 0.1 }, score: 0.9 },
        { values: { rate: 0.2 }, score: 0.95 }
      ]
    }
    return write("tuned.html", {
      ...model,
      images: [{ ...grid, images, more: { levels: 0, subsets: 0 } }],
      tunings: [tuning]
    })
  },
  soak: () => write("soak.html", sampleModel({ folds: 4, epochs: 10 }))
}

interface How {
  readonly width?: number
  readonly dark?: boolean
  readonly scripts?: boolean
}

describe.skipIf(executable === undefined)(`the page in ${where}`, { timeout: 60_000 }, () => {
  let browser: Browser

  /** Opens a page, and expects at the end that nothing went wrong on it and that nothing was asked for. */
  const on = async (
    address: string,
    use: (page: Page) => Promise<void>,
    { dark = false, scripts = true, width = 1440 }: How = {}
  ) => {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: dark ? "dark" : "light",
      javaScriptEnabled: scripts,
      acceptDownloads: true
    })
    const page = await context.newPage()
    const complaints: Array<string> = []
    page.on("console", (message) => complaints.push(message.text()))
    page.on("pageerror", (error) => complaints.push(String(error)))
    page.on("request", (request) => {
      if (!request.url().startsWith(address) && !request.url().startsWith("blob:")) complaints.push(request.url())
    })
    await page.goto(address)
    await use(page)
    expect(complaints).toEqual([])
    await context.close()
  }

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executable!, args: ["--no-sandbox"] })
  })
  afterAll(async () => {
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it.each([1440, 390])(
    "at %i pixels nothing is cut, and no type is below 11 pixels, with 5 learners and 6 subsets",
    async (width) => {
      await on(
        pages.large(),
        async (page) => {
          expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width)
          const least =
            await page.evaluate(`Math.min(...[...document.querySelectorAll("main svg text")].filter((text) => text.checkVisibility()).map((text) => {
          const svg = text.ownerSVGElement
          const box = svg.viewBox.baseVal
          return parseFloat(getComputedStyle(text).fontSize) * (box && box.width > 0 ? svg.getBoundingClientRect().width / box.width : 1)
        }))`)
          expect(least).toBeGreaterThanOrEqual(11)
        },
        { width }
      )
    }
  )

  it.each([
    [1440, false],
    [1440, true],
    [390, false],
    [390, true]
  ])("is well in axe's eyes at %i pixels, on dark ground: %s", async (width, dark) => {
    await on(
      pages.soak(),
      async (page) => {
        await page.evaluate(axe.source)
        const { violations } = await page.evaluate<{
          violations: ReadonlyArray<{ id: string; nodes: ReadonlyArray<{ html: string }> }>
        }>("axe.run()")
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual([])
      },
      { width, dark }
    )
  })

  it("is whole without a script", async () => {
    await on(
      pages.soak(),
      async (page) => {
        expect(await page.locator("#controls").isVisible()).toBe(false)
        expect(await page.locator("figure.roc .panel:visible").count()).toBe(9)
        expect(await page.locator("figure.comparison").first().locator("tbody tr:visible").count()).toBe(36)
        expect(await page.locator(".thresholds tbody tr:visible").count()).toBe(27)
      },
      { scripts: false }
    )
  })

  it("hides a learner and a test subset in all figures, and sorts learners", async () => {
    await on(pages.soak(), async (page) => {
      // Without a wait for pictures, which a busy machine draws late.
      page.setDefaultTimeout(20_000)
      await page.getByLabel("elastic-net", { exact: true }).uncheck()
      await page.locator("#controls").getByLabel("river").uncheck()
      expect(await page.locator("figure.roc .panel:visible").count()).toBe(4)
      expect(await page.locator("figure.comparison:visible tbody:visible").count()).toBe(4)
      expect(await page.locator(".thresholds tbody tr:visible").count()).toBe(12)
      await page.locator("#controls").getByLabel("other", { exact: true }).uncheck()
      expect(await page.locator("figure.roc .keys li:visible").allTextContents()).toEqual([
        " trained on same",
        " trained on all"
      ])
      await page.locator("#controls").getByLabel("other", { exact: true }).check()
      expect(await page.locator(".matrix:visible caption").allTextContents()).toEqual(["featureless", "mlp.aum.rate"])
      await page.getByLabel("elastic-net", { exact: true }).check()
      const order = () => page.locator("figure.comparison:visible .card").first().locator(".heading").allTextContents()
      await page.locator('select[data-role="order"]').selectOption("best")
      expect(await order()).toEqual(["mlp.aum.rate", "elastic-net", "featureless"])
      await page.locator('select[data-role="order"]').selectOption("name")
      expect(await order()).toEqual(["elastic-net", "featureless", "mlp.aum.rate"])
      await page.locator('select[data-role="order"]').selectOption("given")
      expect(await order()).toEqual(["featureless", "elastic-net", "mlp.aum.rate"])
    })
  })

  it("shows the figures and tables of the measure that is chosen", async () => {
    await on(pages.soak(), async (page) => {
      const shown = () => page.locator("figure.comparison:visible h3").allTextContents()
      expect(await shown()).toEqual(["AUC by training set"])
      await page.locator('select[data-role="measure"]').selectOption("error")
      expect(await shown()).toEqual(["Error rate by training set"])
      expect(await page.locator("#scores caption:visible").allTextContents()).toEqual(["Error rate; lower is better"])
    })
  })

  it("moves the threshold, counts, and reckons costs", async () => {
    await on(pages.soak(), async (page) => {
      const row = page.locator('.thresholds tr[data-learner="elastic-net"][data-subset="north"][data-train="other"]')
      const cell = (name: string) => row.locator(`[data-cell="${name}"]`).textContent()
      expect(await cell("tp")).toBe("50")
      await page.locator('.thresholds input[data-role="threshold"]').fill("80")
      expect(await Promise.all(["tp", "fn", "fp", "tn", "error"].map(cell))).toEqual(["20", "80", "12", "288", "0.230"])
      await page.getByLabel("cost of a missed forest").fill("9")
      // Of 400 rows 80 cost 9 and 12 cost 1. The cheapest threshold misses m = i rows and alarms for 300 (1 − i/100)².
      expect(await cell("cost")).toBe(((80 * 9 + 12) / 400).toFixed(3))
      const costs = Array.from({ length: 101 }, (_, i) => (9 * i + Math.round((300 * (100 - i) ** 2) / 10_000)) / 400)
      const best = costs.indexOf(Math.min(...costs))
      expect(await cell("best")).toBe(`${(best / 100).toFixed(2)} (${costs[best].toFixed(3)})`)
      const dot = page
        .locator('figure.roc .panel[data-learner="elastic-net"][data-subset="north"] .at-threshold')
        .nth(1)
      const frame = { left: 62, top: 8, width: 180, height: 170 }
      expect(Number(await dot.getAttribute("cx"))).toBeCloseTo(frame.left + (12 / 300) * frame.width, 3)
      expect(Number(await dot.getAttribute("cy"))).toBeCloseTo(frame.top + 0.8 * frame.height, 3)
      expect(await page.locator("figure.roc figcaption").textContent()).toContain(
        "Dots: all test rows together at the threshold 0.80, which is set below"
      )
      // The three training sets of the sample have one point.
      await dot.evaluate((element) => element.scrollIntoView({ block: "center" }))
      await page.waitForTimeout(100)
      const box = (await dot.boundingBox())!
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
      expect(await page.locator("#tip").textContent()).toBe(
        "same, all folds at the threshold 0.80 — false positive rate 0.04, true positive rate 0.2"
      )
    })
  })

  it("says what a pointer is at", async () => {
    await on(pages.soak(), async (page) => {
      const panel = page.locator('figure.precision-recall .panel[data-learner="elastic-net"] svg').first()
      await panel.scrollIntoViewIfNeeded()
      const box = (await panel.boundingBox())!
      const scale = box.width / 252
      // The point at recall 0.5 and precision 0.5.
      await page.mouse.move(box.x + (62 + 0.5 * 180) * scale, box.y + (8 + 0.5 * 170) * scale)
      expect(await page.locator("#tip").textContent()).toBe("same: AP 0.380 — recall 0.5, precision 0.5")
    })
  })

  it("shows what models used by training set, hides and tells each point, and saves those that are seen", async () => {
    await on(pages.soak(), async (page) => {
      const figure = page.locator("figure.features")
      expect(await figure.locator(".card caption").allTextContents()).toEqual(
        ["elastic-net", "mlp.aum.rate"].flatMap((learner) =>
          ["north, 2\u202f000", "river, 1\u202f700", "south, 1\u202f400"].map(
            (test) => `${learner}, test: ${test} rows`
          )
        )
      )
      const second = figure.locator(".card").first().locator("tbody tr").nth(1)
      expect(await second.locator("th, .sample").allTextContents()).toEqual(["column 1", "0 · 4 · 4 of 4"])
      const point = second.locator('[data-train="other"] path')
      await point.scrollIntoViewIfNeeded()
      await point.hover()
      await expect
        .poll(() => page.locator("#tip").textContent())
        .toBe("column 1, trained on other: 0.900 ± 0.050, used in 4 of 4 splits")
      const points = () => figure.locator("[data-at]:visible").count()
      expect(await points()).toBe(2 * 3 * 8 * 3)
      await page.locator("#controls").getByLabel("other").uncheck()
      await page.getByLabel("mlp.aum.rate", { exact: true }).uncheck()
      expect(await points()).toBe(3 * 8 * 2)
      const waiting = page.waitForEvent("download")
      await figure.locator(".tools").getByText("CSV", { exact: true }).click()
      const lines = readFileSync(await (await waiting).path(), "utf8")
        .trimEnd()
        .split("\n")
      expect(lines).toHaveLength(1 + 3 * 8 * 2)
      expect(lines[3].replace(/^"[^"]*"/, "")).toBe(',,"column 1, trained on same",used in 0 of 4 splits,0,0,0,')
    })
  })

  it("says what a pointer is at in figures of a tuning and in images, and hides their parts", async () => {
    await on(pages.tuned(), async (page) => {
      const dot = page.locator("figure.tuning .dots path").first()
      await dot.scrollIntoViewIfNeeded()
      await dot.hover({ force: true })
      expect(await page.locator("#tip").textContent()).toBe("split 0, same on north: rate 0.1 — auc 0.9")
      const tile = page.locator("figure.images tbody td").nth(1)
      await tile.scrollIntoViewIfNeeded()
      await page.waitForTimeout(100)
      await tile.hover()
      expect(await page.locator("#tip").textContent()).toBe("b in north")
      expect(await page.locator("figure.images tbody tr:visible").count()).toBe(2)
      await page.locator("#controls").getByLabel("river").uncheck()
      expect(await page.locator("figure.images tbody tr:visible").count()).toBe(1)
      const waiting = page.waitForEvent("download")
      await page.locator("figure.images .tools").getByText("SVG", { exact: true }).click()
      const svg = readFileSync(await (await waiting).path()).toString()
      expect(svg.match(/<image /g)).toHaveLength(2)
      expect(svg).not.toContain("river")
    })
  })

  it("saves every figure, that of a measure that is chosen later too", async () => {
    await on(pages.soak(), async (page) => {
      const figures = await page.locator("figure").count()
      expect(await page.locator("figure .tools").getByText("CSV", { exact: true }).count()).toBe(figures)
      expect(await page.locator("figure .tools").getByText("PNG", { exact: true }).count()).toBe(figures - 1)
      await page.locator('select[data-role="measure"]').selectOption("error")
      const waiting = page.waitForEvent("download")
      await page.locator("figure.comparison:visible .tools").getByText("PNG", { exact: true }).click()
      const download = await waiting
      expect(download.suggestedFilename()).toBe("comparison-trees-error.png")
      expect(readFileSync(await download.path()).readUInt32BE(20)).toBeGreaterThan(1000)
    })
  })

  it("saves what is seen as SVG, PNG and CSV", async () => {
    await on(pages.soak(), async (page) => {
      await page.locator("#controls").getByLabel("featureless").uncheck()
      const save = async (figure: string, kind: string) => {
        const waiting = page.waitForEvent("download")
        await page
          .locator(`figure.${figure}:visible`)
          .first()
          .locator(".tools")
          .getByText(kind, { exact: true })
          .click()
        const download = await waiting
        return { name: download.suggestedFilename(), content: readFileSync(await download.path()) }
      }
      const svg = await save("roc", "SVG")
      expect(svg.name).toBe("roc-trees.svg")
      expect(svg.content.toString()).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="\d+"/)
      expect(svg.content.toString().match(/false positive rate/g)).toHaveLength(6)
      expect(svg.content.toString()).not.toContain("featureless")
      const png = await save("comparison", "PNG")
      expect(png.content.subarray(1, 4).toString()).toBe("PNG")
      expect(png.content.readUInt32BE(16)).toBeGreaterThan(1000)
      const lines = (await save("comparison", "CSV")).content.toString().trim().split("\n")
      expect(lines[0]).toBe("list,block,row,sample,mean,low,high,test")
      expect(lines).toHaveLength(1 + 18)
      const { mean, sd } = sampleModel({ folds: 4, epochs: 10 }).scores.find(
        ({ full, learner, measure }) => full && learner === "elastic-net" && measure === "auc"
      )!
      expect(lines[1].split(",").slice(-4, -1).map(Number)).toEqual([mean, mean! - sd!, mean! + sd!])
      const curve = (await save("precision-recall", "CSV")).content.toString().split("\n")
      expect(curve.slice(0, 2)).toEqual([
        "panel,series,recall,precision",
        '"elastic-net · test: north, 2\u202f000 rows",same: AP 0.380,0.5,0.5'
      ])
    })
  })
})
