import fc from "fast-check"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { dateParser, dateText, parseIsoDate } from "../../../src/data/internal/dates.ts"

const parse = (format: string, text: string) => {
  const value = Result.getOrThrow(dateParser(format))(text)
  return value === undefined ? undefined : dateText(value)
}

describe("ISO 8601", () => {
  it.each<[string, string | undefined]>([
    ["2024-02-29", "2024-02-29"],
    ["2023-02-29", undefined],
    ["2024-13-01", undefined],
    ["2024-1-1", undefined],
    ["0099-01-01", "0099-01-01"],
    ["2024-01-01T24:00", undefined],
    ["2024-01-01 23:59:59.5", "2024-01-01T23:59:59.500"],
    ["2024-07-01T00:30+02:00", "2024-06-30T22:30:00"],
    ["2024-07-01T00:30-0330", "2024-07-01T04:00:00"],
    ["2024-07-01T00:30Z", "2024-07-01T00:30:00"],
    ["2024-07-01T00:30 UTC", "2024-07-01T00:30:00"],
    ["20240701", undefined]
  ])("%s is %s", (text, expected) => {
    const value = parseIsoDate(text)
    expect(value === undefined ? undefined : dateText(value)).toBe(expected)
  })

  it("reads back what it writes", () => {
    fc.assert(
      fc.property(fc.integer({ min: -60_000_000_000_000, max: 250_000_000_000_000 }), (time) => {
        expect(parseIsoDate(dateText(time))).toBe(time)
      })
    )
  })
})

describe("formats of strptime", () => {
  it.each<[string, string, string | undefined]>([
    ["%d.%m.%Y", "1.2.2000", "2000-02-01"],
    ["%d.%m.%Y", "31.4.2000", undefined],
    ["%m/%d/%y %H:%M", "12/31/68 23:05", "2068-12-31T23:05:00"],
    ["%m/%d/%y", "12/31/69", "1969-12-31"],
    ["%d %b %Y", "5 Mar 2001", "2001-03-05"],
    ["%B %d, %Y", "march 5, 2001", "2001-03-05"],
    ["%d %b %Y", "5 Foo 2001", undefined],
    ["%Y-%m-%d %I:%M %p", "2001-03-05 12:30 AM", "2001-03-05T00:30:00"],
    ["%Y-%m-%d %I:%M %p", "2001-03-05 12:30 pm", "2001-03-05T12:30:00"],
    ["%Y-%m-%d %I:%M %p", "2001-03-05 13:30 pm", undefined],
    ["%Y%m%dT%H%M%S%z", "20010305T101010+0100", "2001-03-05T09:10:10"],
    ["%Y.%m.%d (%%)", "2001.03.05 (%)", "2001-03-05"]
  ])("%s reads %s as %s", (format, text, expected) => {
    expect(parse(format, text)).toBe(expected)
  })
})
