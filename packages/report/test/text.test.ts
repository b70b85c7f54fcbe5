import * as fc from "fast-check"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { describe, expect, it } from "vitest"
import { fit, shorten, textWidth } from "../src/internal/text.ts"

/** Advance widths of ASCII in thousandths, read from the `cmap` (format 4) and `hmtx` tables of a TrueType font. */
const advancesOf = (file: string): ReadonlyArray<number> => {
  const font = readFileSync(createRequire(import.meta.url).resolve(file))
  const table = new Map<string, number>()
  for (let i = 0; i < font.readUInt16BE(4); i++) {
    const at = 12 + 16 * i
    table.set(font.toString("latin1", at, at + 4), font.readUInt32BE(at + 8))
  }
  const cmap = table.get("cmap")!
  let map = 0
  for (let i = 0; i < font.readUInt16BE(cmap + 2); i++) {
    const at = cmap + font.readUInt32BE(cmap + 8 + 8 * i)
    if (font.readUInt16BE(at) === 4) map = at
  }
  const segments = font.readUInt16BE(map + 6) / 2
  const glyph = (code: number): number => {
    const i = Array.from({ length: segments }, (_, i) => i).find((i) => code <= font.readUInt16BE(map + 14 + 2 * i))!
    const start = font.readUInt16BE(map + 16 + 2 * segments + 2 * i)
    const delta = font.readInt16BE(map + 16 + 4 * segments + 2 * i)
    const at = map + 16 + 6 * segments + 2 * i
    const offset = font.readUInt16BE(at)
    return offset === 0 ? (code + delta) & 0xffff : font.readUInt16BE(at + offset + 2 * (code - start))
  }
  const unitsPerEm = font.readUInt16BE(table.get("head")! + 18)
  return Array.from({ length: 95 }, (_, i) =>
    Math.round((font.readUInt16BE(table.get("hmtx")! + 4 * glyph(0x20 + i)) / unitsPerEm) * 1000)
  )
}

describe("textWidth", () => {
  it("knows the widths of the font that figures are drawn with", () => {
    const ours = Array.from({ length: 95 }, (_, i) => Math.round(textWidth(String.fromCodePoint(0x20 + i), 1000)))
    expect(ours).toEqual(advancesOf("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"))
  })

  it("never calls a bold line narrower than nine tenths of what it is", () => {
    const bold = advancesOf("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf")
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii", minLength: 20, maxLength: 40 }), (text) => {
        const real = [...text].reduce((sum, c) => sum + bold[c.codePointAt(0)! - 0x20], 0)
        expect(textWidth(text, 1000, true)).toBeGreaterThan(real * 0.9)
      })
    )
  })

  it("is additive and grows with the font", () => {
    expect(textWidth("100", 10)).toBeCloseTo(19.08, 10)
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(textWidth(a + b, 10)).toBeCloseTo(textWidth(a, 10) + textWidth(b, 10), 6)
        expect(textWidth(a, 20)).toBeCloseTo(2 * textWidth(a, 10), 6)
      })
    )
  })
})

describe("fit", () => {
  it("leaves short texts alone and takes the middle out of long ones", () => {
    expect(fit("north", 10, 100)).toBe("north")
    expect(fit("mlp.aum.rate.learningRate=0.1", 10, 100)).toMatch(/^mlp\.a.*….*=0\.1$/)
  })

  it("keeps to the width", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 80 }), fc.integer({ min: 30, max: 300 }), (text, width) => {
        expect(textWidth(fit(text, 10, width), 10)).toBeLessThanOrEqual(width)
      })
    )
  })
})

describe("shorten", () => {
  it("keeps different names different and knows the whole ones", () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 60 }), { maxLength: 20 })
    fc.assert(
      fc.property(names, fc.integer({ min: 60, max: 200 }), (names, width) => {
        const { of, full } = shorten(names, 10, width)
        const short = names.map(of)
        expect(new Set(short).size).toBe(names.length)
        expect(short.map((text) => full.get(text) ?? text)).toEqual(names)
      })
    )
  })

  it("tells names apart that differ in the middle only", () => {
    const names = [1, 2, 3].map((i) => `${"a".repeat(40)}${i}${"z".repeat(40)}`)
    const { of } = shorten(names, 10, 120)
    expect(new Set(names.map(of)).size).toBe(3)
    for (const name of names) expect(textWidth(of(name), 10)).toBeLessThanOrEqual(120)
  })
})
