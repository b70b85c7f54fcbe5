import { describe, expect, it } from "vitest"
import * as Excerpt from "../src/Excerpt.ts"

describe("an excerpt", () => {
  it("leaves a short text as it is, and the ends of a long one", () => {
    expect(Excerpt.of("a".repeat(1000))).toBe("a".repeat(1000))
    expect(Excerpt.of(`begin${"x".repeat(5000)}end`, 20)).toBe(`beginxxxxx … 4988 characters … xxxxxxxend`)
  })

  it("of a name stays in its line", () => {
    expect(Excerpt.ofName("dose (mg)")).toBe("dose (mg)")
    expect(Excerpt.ofName("a\n\u001b[2J")).toBe('"a\\n\\u001b[2J"')
    expect(Excerpt.ofName("a\u202eb")).toBe('"a\\u202eb"')
    expect(Excerpt.visible("a\u2066\u0085\nb\r")).toBe("a\\u2066\\u0085\\nb\\r")
    expect(Excerpt.ofName("x".repeat(500)).length).toBeLessThan(120)
  })
})
