import * as Duration from "@rocflow/core/Duration"
import { describe, expect, it } from "vitest"
import { integer, numbersFor, pValue } from "../src/Numbers.ts"
describe("numbersFor", () => {
  it.each([
    ["number", 0.0123, 0.8123, "0.812 ± 0.012"],
    ["number", 0.4, 12.3456, "12.35 ± 0.40"],
    ["number", 31.4, 1234.5, "1235 ± 31"],
    ["number", 0.000012, 0.00123, "0.001230 ± 0.000012"],
    ["percent", 0.0123, 0.8123, "81.2 ± 1.2%"],
    ["percent", 0.00123, 0.8123, "81.23 ± 0.12%"],
    ["percent", 0.2, 0.8, "80 ± 20%"]
  ] as const)("%s with sd %d", (format, sd, mean, text) => {
    expect(numbersFor(format, [sd]).meanSd(mean, sd)).toBe(text)
  })

  it("goes by the median spread, and not by those of rounding", () => {
    expect(numbersFor("number", [0.012, 0.175]).meanSd(0.61234, 0.175)).toBe("0.612 ± 0.175")
    // Three folds of which two agree do not give five decimals to all.
    expect(numbersFor("number", [0.04, 0.0000121, 0.06, null, 0]).meanSd(0.91234, 0.0000121)).toBe("0.912 ± 0.000")
    expect(numbersFor("number", [0.12, 1e-16]).meanSd(0.5, 0.12)).toBe("0.50 ± 0.12")
  })

  it("writes what does not exist as n/a and never as a number", () => {
    const numbers = numbersFor("number", [null])
    expect(numbers.value(null)).toBe("n/a")
    expect(numbers.difference(null)).toBe("n/a")
    expect(numbers.meanSd(null, null)).toBe("n/a")
    expect(numbers.meanSd(0.5, null)).toBe("0.500")
  })

  it("signs differences, but not zero", () => {
    const numbers = numbersFor("number", [0.01])
    expect([0.02, -0.02, 0, -0.0001, 0.0006, -0.00001].map(numbers.difference)).toEqual([
      "+0.020",
      "−0.020",
      "0.000",
      "0.000",
      "+0.001",
      "0.000"
    ])
  })
})

describe("plain numbers", () => {
  it.each([
    [0, "0"],
    [999, "999"],
    [1000, "1\u202f000"],
    [1234567, "1\u202f234\u202f567"]
  ])("integer %d", (x, text) => {
    expect(integer(x)).toBe(text)
  })

  it.each([
    [null, "n/a"],
    [0.00001, "< 0.0001"],
    [0.0001, "0.0001"],
    [1, "1.0000"]
  ])("pValue %s", (p, text) => {
    expect(pValue(p)).toBe(text)
  })

  it.each([
    [0.04, "0.0 s"],
    [59.4, "59 s"],
    [59.6, "1 min 0 s"],
    [754.3, "12 min 34 s"],
    [7195, "2 h 0 min"],
    [90000, "25 h 0 min"]
  ])("duration %d", (seconds, text) => {
    expect(Duration.toText(seconds)).toBe(text)
  })
})
