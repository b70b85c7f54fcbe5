import { describe, expect, it } from "vitest"
import * as Column from "../../../src/data/Column.ts"
import * as Preprocess from "../../../src/pipeline/Preprocess.ts"
import { made } from "../../support/stages.ts"

const dates = (texts: ReadonlyArray<string | null>) =>
  Column.date(texts.map((text) => (text === null ? null : Column.parseDate(text)!)))

describe("dates", () => {
  it("have quarters, weeks, days of the year and weekends", () => {
    const seen = dates([
      "1969-12-31",
      "1970-01-01",
      "2020-12-31",
      "2021-01-03",
      "2021-01-04",
      "2023-01-01",
      "2024-02-29",
      "2024-12-30T23:59:59Z",
      "2024-12-31",
      null
    ])
    expect(made(Preprocess.dates({ parts: ["quarter", "week", "dayOfYear", "isWeekend"] }), { seen })).toEqual({
      "seen.quarter": [4, 1, 4, 1, 1, 1, 1, 4, 4, null],
      // Python: date.isocalendar()[1]
      "seen.week": [1, 1, 53, 53, 1, 52, 9, 1, 1, null],
      // Python: date.timetuple().tm_yday
      "seen.dayOfYear": [365, 1, 366, 3, 4, 1, 60, 365, 366, null],
      "seen.isWeekend": [0, 0, 0, 1, 0, 1, 0, 0, 0, null]
    })
  })

  it("put the new ones that come round again on a circle, too", () => {
    const seen = dates(["2024-01-01", "2024-07-01"])
    expect(Object.keys(made(Preprocess.dates({ parts: ["quarter", "isWeekend"], cyclic: true }), { seen }))).toEqual([
      "seen.quarter.sin",
      "seen.quarter.cos",
      "seen.isWeekend"
    ])
  })
})
