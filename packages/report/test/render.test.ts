import { assert, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Figure from "../src/Figure.ts"
import { toPng, toSvg } from "../src/render.ts"
import { textWidth } from "../src/internal/text.ts"
import { darkColours, fontSize } from "../src/theme.ts"
import { hostile, sampleModel } from "./sampleModel.ts"

const small = { folds: 3, epochs: 10 }

const withSpec = (spec: unknown): Figure.Figure => ({
  kind: "tuning",
  task: "trees",
  name: "tuning-trees",
  title: "",
  caption: "",
  spec: spec as never,
  fullNames: new Map()
})

/** Width and height of a PNG, from its first chunk. */
const sizeOf = (png: Uint8Array): readonly [number, number] => {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength)
  return [view.getUint32(16), view.getUint32(20)]
}

describe("toSvg", () => {
  it.live("gives the same bytes for the same model, whatever was drawn before", () =>
    Effect.gen(function* () {
      const first = yield* Effect.forEach(Figure.all(sampleModel(small)), toSvg)
      const again = yield* Effect.forEach([...Figure.all(sampleModel(small))].reverse(), toSvg)
      assert.deepStrictEqual(again.reverse(), first)
    })
  )

  it.live("shows what the figure says, with names that are escaped", () =>
    Effect.gen(function* () {
      const model = sampleModel({ ...small, learners: ["featureless", "net <b>&"], subsets: ["north", "a & <b>"] })
      const svg = yield* toSvg(Figure.all(model)[0])
      for (const text of [
        "test: north, 2\u202f000 rows",
        "test: a &amp; &lt;b&gt;",
        "net &lt;b&gt;&amp;",
        "not testable",
        "AUC",
        "±"
      ])
        expect(svg).toContain(text)
      expect(svg).not.toContain("<b>")
    })
  )

  it.live.each([
    ["many subsets", hostile],
    ["one", { ...hostile, subsets: [] }]
  ] as const)("draws names that are hard to quote: %s", ([, options]) =>
    Effect.gen(function* () {
      for (const figure of Figure.all(sampleModel(options))) {
        const svg = yield* toSvg(figure)
        if (figure.kind === "comparison") yield* toPng(figure.name, svg)
        assert.strictEqual(
          svg.includes("(empty)"),
          !["learning", "calibration", "features"].includes(figure.kind) || svg.includes("(empty)"),
          figure.name
        )
      }
    })
  )

  it.live("has no numbers longer than a hundredth of a pixel, no ids and no references", () =>
    Effect.gen(function* () {
      for (const svg of yield* Effect.forEach(Figure.all(sampleModel(small)), toSvg)) {
        expect(svg).not.toMatch(/ (?:d|transform)="[^"]*\.\d{3}/)
        expect(svg).not.toMatch(/ id="|url\(|href=|<script|<image/)
        expect(svg).not.toMatch(/NaN|undefined|null|Infinity/)
      }
    })
  )

  it.live("uses colours that have a counterpart on dark ground", () =>
    Effect.gen(function* () {
      for (const svg of yield* Effect.forEach(Figure.all(sampleModel(small)), toSvg))
        for (const [, colour] of svg.matchAll(/(?:fill|stroke)="([^"]+)"/g))
          expect([...Object.keys(darkColours), "none", "transparent"]).toContain(colour)
    })
  )

  it.live("replaces characters that XML cannot hold", () =>
    Effect.gen(function* () {
      const subsets = ["bell\u0007", "half\ud800", "south"]
      const figure = Figure.all(sampleModel({ ...small, subsets }))[0]
      const svg = yield* toSvg(figure)
      expect(svg).toContain("test: bell\ufffd,")
      expect(svg).toContain("test: half\ufffd,")
      expect((yield* toPng(figure.name, svg)).length).toBeGreaterThan(1000)
    })
  )

  it.live("fails with the name of a figure whose specification is wrong", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(toSvg(withSpec({ mark: "no such mark", data: { values: [] } })))
      assert.strictEqual(error._tag, "FigureError")
      assert.strictEqual(error.step, "svg")
      expect(error.message).toContain("tuning-trees")
    })
  )
})

interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

interface Words extends Box {
  readonly words: string
  readonly bold: boolean
  readonly whole: string | undefined
}

const plainText = (escaped: string): string =>
  escaped.replace(
    /&(amp|lt|gt|quot|#39);/g,
    (_, name) => ({ amp: "&", lt: "<", gt: ">", quot: '"' })[name as string] ?? "'"
  )

/** Where the pictures in a figure stand, and the texts around them. */
const partsOf = (svg: string) => {
  const pictures: Array<Box> = []
  const around = svg
    .replace(/<svg x="[\d.]+%".*?<\/svg>/gs, "")
    .replace(/<svg x="([\d.]+)" y="([\d.]+)"[^>]*? width="([\d.]+)" height="([\d.]+)".*?<\/svg>/gs, (_, ...found) => {
      const [x, y, width, height] = found.slice(0, 4).map(Number)
      pictures.push({ left: x, right: x + width, top: y, bottom: y + height })
      return ""
    })
  const texts = [
    ...around.matchAll(/<text x="([\d.]+)" y="([\d.]+)"([^>]*)>([^<]*)(?:<title>([^<]*)<\/title>)?<\/text>/g)
  ]
  return {
    pictures,
    texts: texts.map(([, x, y, more, escaped, whole]): Words => {
      const size = Number(/font-size="([\d.]+)"/.exec(more)?.[1] ?? fontSize.axis)
      const bold = more.includes("bold")
      const words = plainText(escaped)
      const [left, base] = [Number(x), Number(y)]
      return {
        words,
        bold,
        whole: whole === undefined ? undefined : plainText(whole),
        left,
        right: left + textWidth(words, size, bold),
        top: base - 0.76 * size,
        bottom: base + 0.24 * size
      }
    })
  }
}

const meet = (a: Box, b: Box): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

const long = ["net", "robust – ElasticNet.cv, all of its columns", `a & ${"very-".repeat(30)}<long>`]

describe("long names", () => {
  const models = [
    ["learners by test subsets", { learners: long, subsets: ["2019", "2020", `the year ${"2021".repeat(40)}`] }],
    ["one learner on many test subsets", { learners: long.slice(1, 2), subsets: ["a", "b", "c", "d", "e", "f", "g"] }],
    ["one test set", { learners: long, subsets: [] }]
  ] as const

  it.live.each(models)("stay apart and in their panels: %s", ([, options]) =>
    Effect.gen(function* () {
      for (const figure of Figure.all(sampleModel({ ...small, ...options }))) {
        const svg = yield* toSvg(figure)
        const { pictures, texts } = partsOf(svg)
        const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg)!.map(Number)
        for (const [i, text] of texts.entries()) {
          const where = `${figure.name}: ${text.words}`
          assert.isAtMost(text.right, width, where)
          assert.isAtMost(text.bottom, height, where)
          assert.isFalse(
            [...texts.slice(i + 1), ...pictures].some((other) => meet(text, other)),
            where
          )
          assert.isTrue(text.whole !== undefined || !text.words.includes("…"), where)
          if (text.bold && "panels" in figure) {
            const below = pictures.find(
              ({ left, right, top }) => left <= text.left && text.left < right && top > text.top
            )!
            assert.isAtMost(text.right, below.right, where)
          }
        }
        const shown = texts.filter(({ bold }) => bold).map(({ words }) => words)
        for (const { title } of "panels" in figure ? figure.panels : "lists" in figure ? figure.lists : [])
          assert.isTrue(shown.join(" ").includes(title) || texts.some(({ whole }) => whole === title), title)
      }
    })
  )
})

describe("toPng", () => {
  it.live("draws at three times the size, with letters", () =>
    Effect.gen(function* () {
      const svg = yield* toSvg(Figure.all(sampleModel(small))[0])
      const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg)!
      const png = yield* toPng("figure", svg)
      assert.deepStrictEqual(sizeOf(png), [3 * Number(width), 3 * Number(height)])
      const wordless = yield* toPng("figure", svg.replace(/<text\b[^>]*>.*?<\/text>/gs, ""))
      expect(png.length).toBeGreaterThan(2 * wordless.length)
    })
  )

  it.live("fails with a reason on what is not an SVG", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(toPng("roc", "<svg"))
      assert.strictEqual(error.step, "png")
      expect(error.message).toContain("figure roc")
    })
  )
})
