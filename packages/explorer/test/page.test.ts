/**
 * The page as people open it: a file, in Chromium, without a network.
 */
import * as Aum from "@rocflow/losses/Aum"
import * as AumDiffs from "@rocflow/losses/AumDiffs"
import * as Bce from "@rocflow/losses/Bce"
import * as BinaryScores from "@rocflow/losses/BinaryScores"
import * as LineSearch from "@rocflow/losses/LineSearch"
import * as Roc from "@rocflow/losses/Roc"
import axe from "axe-core"
import * as Effect from "effect/Effect"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import * as Link from "../src/Link.ts"
import { presets } from "../src/presets.ts"
import type { Scene } from "../src/Scene.ts"
import { executable, launch, open } from "./support/chromium.ts"

/** The losses of a scene, computed here. */
const lossesOf = ({ denominator, examples, margin }: Scene) => {
  const labels = examples.map(({ positive }) => positive)
  const scores = examples.map(({ score }) => score)
  const weights = examples.map(({ weight }) => weight)
  const checked = Effect.runSync(BinaryScores.make({ labels, scores, weights }))
  const gradient = new Float64Array(scores.length)
  const targets = Float64Array.from(labels, Number)
  const bce = Bce.definition.make({ posWeight: 1, reduction: "mean" })
  const crossEntropy = bce.evaluate(Float64Array.from(scores), targets, gradient, Float64Array.from(weights))
  const aum = Aum.binary(checked, { denominator, margin }) as Aum.Result
  return { aum: aum.aum, gradient: aum.gradient, auc: Roc.auc(checked) as number, crossEntropy }
}

/** The numbers that the page shows. */
const numbersOn = async (page: Page) => {
  const value = async (id: string) => Number(await page.locator(`#${id}`).getAttribute("value"))
  return { aum: await value("aum"), auc: await value("auc"), crossEntropy: await value("cross-entropy") }
}

/** The scene in the address, where it is written a quarter of a second after a change. */
const sceneOn = async (page: Page): Promise<Scene> => {
  await page.evaluate("new Promise((resolve) => setTimeout(resolve, 260))")
  return Link.read(await page.evaluate<string>("location.hash"))!
}

const expectLosses = async (page: Page, scene?: Scene) => {
  const { aum, auc, crossEntropy } = await numbersOn(page)
  const here = lossesOf(scene ?? (await sceneOn(page)))
  expect(aum).toBeCloseTo(here.aum, 12)
  expect(auc).toBeCloseTo(here.auc, 12)
  expect(crossEntropy).toBeCloseTo(here.crossEntropy, 12)
}

const centre = async (page: Page, id: number) => {
  const box = (await page.locator(`[data-example="${id}"] > .mark`).boundingBox())!
  return [box.x + box.width / 2, box.y + box.height / 2] as const
}

const drag = async (page: Page, id: number, distance: number) => {
  const [x, y] = await centre(page, id)
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + distance / 2, y + 3)
  await page.mouse.move(x + distance, y + 5)
  return () => page.mouse.up()
}

const where = executable === undefined ? "Chromium, which is not installed" : "Chromium"

describe.skipIf(executable === undefined)(`in ${where}`, () => {
  let browser: Browser

  /** Opens the page, and expects at the end that nothing went wrong on it. */
  const on = async (use: (page: Page) => Promise<void>, how?: Parameters<typeof open>[1]) => {
    const { complaints, page } = await open(browser, how)
    await use(page)
    expect(complaints).toEqual([])
    await page.close()
  }

  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser.close())

  it.each(presets.map(({ name, scene }) => ({ name, scene })))("shows the losses of $name", ({ name, scene }) =>
    on(async (page) => {
      await page.click(`#preset-${name}`)
      expect(await sceneOn(page)).toEqual(scene)
      await expectLosses(page)
    })
  )

  it("follows an example that is dragged, before and after it is let go", () =>
    on(async (page) => {
      const before = await numbersOn(page)
      const letGo = await drag(page, 5, -120)
      const held = await numbersOn(page)
      expect(held.aum).toBeLessThan(before.aum)
      await letGo()
      expect(await numbersOn(page)).toEqual(held)
      const { score } = (await sceneOn(page)).examples[5]!
      expect(score).toBeLessThan(1.2)
      expect((score * 20) % 1).toBeCloseTo(0, 9)
      await expectLosses(page)
      await page.click("#undo")
      expect(await numbersOn(page)).toEqual(before)
      await page.keyboard.press("Control+Shift+Z")
      expect(await numbersOn(page)).toEqual(held)
    }))

  it("keeps rows where they are while one is dragged, and sorts them then", () =>
    on(async (page) => {
      await page.selectOption("#order", "score")
      const listed = () =>
        page.locator("[data-example]").evaluateAll((all) => all.map((one) => Number(one.getAttribute("data-example"))))
      const before = await listed()
      const letGo = await drag(page, before[0]!, -300)
      expect(await listed()).toEqual(before)
      await letGo()
      expect(await listed()).not.toEqual(before)
      expect((await page.locator(":focus").getAttribute("data-example"))!).toBe(String(before[0]))
    }))

  it("is moved by keys alone, and says what it did", () =>
    on(async (page) => {
      const focused = page.locator(":focus")
      await page.locator("#share").focus()
      await page.keyboard.press("Tab")
      expect(await focused.getAttribute("aria-label")).toBe("Example 1, negative")
      await page.keyboard.press("ArrowDown")
      for (let k = 0; k < 3; k++) await page.keyboard.press("ArrowRight")
      expect(await focused.getAttribute("aria-valuenow")).toBe("-1.4")
      expect(await focused.getAttribute("aria-valuetext")).toMatch(
        /^score −1.4; pull of AUM: none; of cross-entropy: down/
      )
      await page.keyboard.press("Shift+ArrowRight")
      expect((await sceneOn(page)).examples[1]!.score).toBe(-0.4)
      await expectLosses(page)
      const { aum } = await numbersOn(page)
      expect(await page.locator("#status").textContent()).toContain(`AUM ${Number(aum.toFixed(4))}`)
      await page.keyboard.press("Enter")
      expect(await focused.getAttribute("aria-label")).toBe("Example 2, positive")
      await page.keyboard.press("Delete")
      expect(await focused.getAttribute("aria-label")).toBe("Example 3, negative")
      expect((await sceneOn(page)).examples).toHaveLength(10)
      await page.keyboard.press("Control+z")
      await page.keyboard.press("Control+z")
      await page.keyboard.press("Control+z")
      expect(await sceneOn(page)).toEqual(presets[0]!.scene)
    }))

  it("keeps the focus on Undo when nothing is left to undo", () =>
    on(async (page) => {
      await page.click("#preset-ties")
      await page.locator("#undo").focus()
      await page.keyboard.press("Enter")
      await page.keyboard.press("Enter")
      expect(await page.locator(":focus").getAttribute("id")).toBe("undo")
      expect(await page.locator("#undo").getAttribute("aria-disabled")).toBe("true")
      expect(await page.locator("#status").textContent()).toBe("There is nothing to undo.")
      expect(await page.locator("[aria-pressed=true]").textContent()).toBe("Overlap")
    }))

  it("is dragged by a finger, which still scrolls the page upwards and downwards", () =>
    on(
      async (page) => {
        const finger = await page.context().newCDPSession(page)
        const touch = (
          type: "touchStart" | "touchMove" | "touchEnd",
          ...touchPoints: Array<{ x: number; y: number }>
        ) => finger.send("Input.dispatchTouchEvent", { type, touchPoints })
        const stroke = async (across: number, down: number) => {
          const [x, y] = await centre(page, 5)
          await touch("touchStart", { x, y })
          for (const k of [1, 2, 3, 4]) await touch("touchMove", { x: x + (across * k) / 4, y: y + (down * k) / 4 })
          await touch("touchEnd")
        }
        await page.locator("#errors").scrollIntoViewIfNeeded()
        const scrolled = () => page.evaluate<number>("scrollY")
        const top = await scrolled()
        await stroke(-80, 0)
        const { examples } = await sceneOn(page)
        expect(examples[5]!.score).toBeLessThan(0.9)
        expect(await scrolled()).toBe(top)
        await stroke(0, -120)
        await expect.poll(scrolled).toBeGreaterThan(top)
        expect((await sceneOn(page)).examples).toEqual(examples)
      },
      { width: 390 }
    ))

  it("finds by line search the step that LineSearch finds", () =>
    on(async (page) => {
      const { denominator, examples, margin } = presets[0]!.scene
      const labels = examples.map(({ positive }) => positive)
      const scores = examples.map(({ score }) => score)
      const diffs = Effect.runSync(AumDiffs.binary(labels, { denominator, margin }))
      const { direction, step } = Effect.runSync(LineSearch.run({ diffs, scores }))
      await page.click("#search")
      const moved = (await sceneOn(page)).examples.map(({ score }) => score)
      for (const [i, score] of moved.entries()) expect(score).toBeCloseTo(scores[i]! - step * direction[i]!, 9)
      expect((await numbersOn(page)).aum).toBeCloseTo(0, 9)
      await page.click("#search")
      expect(await page.locator("#status").textContent()).toBe("No step along AUM lowers AUM.")
    }))

  it("lowers AUM by line search along cross-entropy too, and cross-entropy by its own steps", () =>
    on(async (page) => {
      const start = await numbersOn(page)
      await page.check("input[value=crossEntropy]")
      await page.click("#step")
      const stepped = await numbersOn(page)
      expect(stepped.crossEntropy).toBeLessThan(start.crossEntropy)
      await page.click("#search")
      expect((await numbersOn(page)).aum).toBeLessThan(stepped.aum)
      await expectLosses(page)
    }))

  it("takes a gradient step of the length that is chosen", () =>
    on(async (page) => {
      const { scene } = presets[0]!
      await page.fill("#rate", "2")
      await page.click("#step")
      const { gradient } = lossesOf(scene)
      for (const [i, { score }] of (await sceneOn(page)).examples.entries()) {
        expect(score).toBeCloseTo(scene.examples[i]!.score - 0.5 * gradient[i]!, 12)
      }
    }))

  it("takes margin, counts, labels, scores, weights, more examples and fewer", () =>
    on(async (page) => {
      await page.fill("#margin", "2.5")
      await page.selectOption("#errors-as", "count")
      await page.click('[data-example="3"] > .mark')
      await page.click("#flip")
      await page.fill("#score", "0.77")
      await page.fill("#weight", "2.5")
      await page.click("#add-positive")
      await page.click("#add-negative")
      await page.click('[data-example="0"] > .mark')
      await page.click("#remove")
      const scene = await sceneOn(page)
      expect(scene).toMatchObject({ margin: 2.5, denominator: "count" })
      expect(scene.examples).toHaveLength(12)
      expect(scene.examples).toContainEqual({ id: 2, score: 0.77, positive: true, weight: 2.5 })
      await expectLosses(page)
      await page.click("#reset")
      expect(await sceneOn(page)).toEqual(presets[0]!.scene)
    }))

  it("says what is missing where there is one class", () =>
    on(
      async (page) => {
        expect(await page.locator("#auc").textContent()).toBe("undefined")
        expect(await page.locator("#aum").textContent()).toBe("undefined")
        expect(await page.locator("#roc").getAttribute("aria-label")).toContain("no negative row has weight")
        await page.click("#search")
        expect(await page.locator("#status").textContent()).toBe("AUM needs both classes.")
      },
      { fragment: "#examples=p1,p2" }
    ))

  it("opens the scene of a link, and says when there is none in it", async () => {
    const fragment = "#examples=n0.5w3,p0.25,n-1&margin=0&errors=count"
    await on(
      async (page) => {
        await expectLosses(page, Link.read(fragment))
        await page.evaluate("location.hash = 'examples=n1,p2'")
        await page.waitForFunction("document.querySelectorAll('[data-example]').length === 2")
        await expectLosses(page)
      },
      { fragment }
    )
    await on(
      async (page) => {
        expect(await page.locator("#status").textContent()).toContain("holds no scene that can be read")
        await expectLosses(page, presets[0]!.scene)
      },
      { fragment: "#examples=p1,x" }
    )
  })

  it("computes larger scenes by the compiled kernels", () =>
    on(async (page) => {
      await page.evaluate(`
        globalThis.compiled = 0
        const { Module } = WebAssembly
        WebAssembly.Module = class extends Module { constructor(bytes) { super(bytes); compiled++ } }`)
      await page.click("#preset-rare")
      expect(await page.evaluate("compiled")).toBe(1)
      await expectLosses(page)
    }))

  it("lets no other script and no request through", async () => {
    const { complaints, page } = await open(browser)
    await page.evaluate(`
      const script = document.createElement("script"); script.textContent = "globalThis.intruder = 1"
      const image = new Image(); image.src = "https://example.org/a.png"
      document.body.append(script, image)`)
    const refused = () => complaints.filter((complaint) => complaint.includes("Content Security Policy"))
    await expect.poll(refused).toEqual([expect.stringContaining("script"), expect.stringContaining("image")])
    expect(await page.evaluate("globalThis.intruder")).toBeUndefined()
    await page.close()
  })

  const looks = [
    { width: 1440, dark: false },
    { width: 1440, dark: true },
    { width: 390, dark: false },
    { width: 390, dark: true }
  ]

  it.each(looks)("fits $width pixels, dark: $dark, without a complaint of axe", (look) =>
    on(async (page) => {
      await page.click("summary")
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(look.width)
      const ground = await page.evaluate<string>("getComputedStyle(document.documentElement).backgroundColor")
      expect(ground).toBe(look.dark ? "rgb(20, 24, 29)" : "rgb(255, 255, 255)")
      await page.evaluate(axe.source)
      const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
      const { violations } = await page.evaluate<axe.AxeResults>(
        `axe.run(document, { runOnly: ${JSON.stringify(tags)} })`
      )
      expect(violations.map(({ help, nodes }) => `${help}: ${nodes[0]?.html}`)).toEqual([])
    }, look)
  )
})
