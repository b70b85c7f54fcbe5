import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import * as Downloads from "../../src/terminal/downloads.ts"
import { sizeText } from "../../src/terminal/sizes.ts"

const url = "https://example.org/points.csv"
const received = (bytes: number, of?: number) => ({ _tag: "Received" as const, url, bytes, of })

/** What is written of some events. */
const written = (animated: boolean, ...events: ReadonlyArray<Parameters<Downloads.Downloads["listen"]>[0]>): string => {
  let text = ""
  const { listen } = Downloads.make({ write: (part) => (text += part), animated, width: () => 40 })
  for (const event of events) Effect.runSync(listen(event))
  return text
}

describe("downloads", () => {
  it("are a line every tenth, and none where the size is not known", () => {
    expect(written(false, received(1), received(300, 1000), received(390, 1000), received(1000, 1000))).toBe(
      `300 B of 1.00 kB from ${url}\n1.00 kB of 1.00 kB from ${url}\n`
    )
  })

  it("are one line on a terminal, cut to its width", () => {
    const text = written(true, received(500, 1000), received(1000, 1000))
    expect(text.split("\r\u001b[J")).toEqual([
      "500 B of 1.00 kB from https://example.o",
      "1.00 kB of 1.00 kB from https://example"
    ])
  })

  it("say whom they wait for, and why they begin again", () => {
    expect(
      written(
        false,
        { _tag: "Waiting", path: "x.lock", owner: "process 7 on here" },
        { _tag: "Retrying", url, because: `${url} broke off` }
      )
    ).toBe(`waiting for process 7 on here, which works on the same data set\nagain: ${url} broke off\n`)
  })
})

describe("sizes", () => {
  it("have three digits", () => {
    expect([0, 999, 1000, 87_775, 561_753_746, 2 ** 31].map(sizeText)).toEqual([
      "0 B",
      "999 B",
      "1.00 kB",
      "87.8 kB",
      "562 MB",
      "2.15 GB"
    ])
  })
})
