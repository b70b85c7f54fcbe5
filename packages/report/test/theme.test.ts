import { describe, expect, it } from "vitest"
import { darkColours, ink, palette, trainColours } from "../src/theme.ts"

/** Relative luminance and contrast of WCAG 2.2 (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio). */
const luminance = (colour: string): number => {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = Number.parseInt(colour.slice(i, i + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

const contrast = (a: string, b: string): number => {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}

const grounds = [
  ["light", "#ffffff", (colour: string) => colour],
  ["dark", "#14181d", (colour: string) => darkColours[colour]]
] as const

describe.each(grounds)("colours on %s ground", (_, ground, on) => {
  it.each([ink.text, ink.muted])("text %s is readable (4.5 : 1)", (colour) => {
    expect(contrast(on(colour), ground)).toBeGreaterThan(4.5)
  })

  it.each([...Object.values(trainColours), ink.faint])("mark %s can be seen (3 : 1)", (colour) => {
    expect(contrast(on(colour), ground)).toBeGreaterThan(3)
  })

  it("knows every colour of the palette, each once", () => {
    expect(new Set(palette.map(on)).size).toBe(palette.length)
    expect(palette.map(on)).not.toContain(undefined)
  })
})
