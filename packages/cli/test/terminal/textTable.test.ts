import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { textTable } from "../../src/terminal/textTable.ts"
import { shortened, width, wrapped } from "../../src/terminal/textWidth.ts"

const columns = [
  { title: "learner" },
  { title: "AUC", align: "right" as const },
  { title: "rows", align: "right" as const }
]

describe("textTable", () => {
  it("lays cells out under their titles", () => {
    expect(textTable(columns, [["a", "0.5", "1000"], "over these", ["linear", "0.75", ""]], 80)).toBe(
      ["learner   AUC  rows", "───────  ────  ────", "a         0.5  1000", "over these", "linear   0.75"].join("\n")
    )
  })

  it("aligns wide characters", () => {
    const [, , first, second] = textTable(
      [{ title: "地点" }, { title: "n" }],
      [
        ["東京", "1"],
        ["ü", "2"]
      ],
      80
    ).split("\n")
    expect(width(first!)).toBe(width(second!))
    expect(second).toBe("ü     2")
  })

  it("writes out what would end its line, change the terminal or turn the order around", () => {
    expect(textTable([{ title: "a\u202e" }, { title: "b" }], [["x\ny", "\u001b[2J"]], 80).split("\n")).toEqual([
      "a\\u202e  b",
      "───────  ─────────",
      "x\\ny     \\u001b[2J"
    ])
  })

  it("stacks what does not fit, each part with its keys", () => {
    expect(textTable(columns, [["linear", "0.123456", "1000"]], 18)).toBe(
      [
        "learner       AUC",
        "───────  ────────",
        "linear   0.123456",
        "",
        "learner  rows",
        "───────  ────",
        "linear   1000"
      ].join("\n")
    )
  })

  it("keeps a row on one line where there is no terminal", () => {
    const long = "x".repeat(500)
    expect(textTable([{ title: "a" }, { title: "b" }], [[long, long]], Infinity).split("\n")).toHaveLength(3)
  })

  it("fits, whatever it holds, and cuts no number", () => {
    const word = fc.string({ unit: "grapheme", maxLength: 30 }).map((text) => text.replaceAll(/\s/g, "_"))
    const number = fc.double({ noNaN: true, min: -1e6, max: 1e6 }).map((x) => x.toFixed(3))
    fc.assert(
      fc.property(fc.array(fc.tuple(word, number, number, number), { minLength: 1, maxLength: 8 }), (rows) => {
        const titles = ["learner", "mean", "sd", "difference"].map((title) => ({ title }))
        const text = textTable(titles, rows, 40)
        for (const line of text.split("\n")) expect(width(line)).toBeLessThanOrEqual(40)
        for (const [, ...numbers] of rows) for (const each of numbers) expect(text).toContain(each)
      })
    )
  })
})

describe("texts made to fit", () => {
  it("are shortened in the middle", () => {
    expect(shortened("linear AUM rate 0.1", 12)).toBe("linear…e 0.1")
    expect(shortened("short", 12)).toBe("short")
    expect(width(shortened("東京都東京都東京都", 7))).toBeLessThanOrEqual(7)
  })

  it("are broken between words", () => {
    expect(wrapped("one two three four", 9)).toBe("one two\nthree\nfour")
  })

  it("are broken inside a word that is longer than the line", () => {
    expect(wrapped("at /a/very/long/path here", 9)).toBe("at\n/a/very/l\nong/path\nhere")
  })
})
