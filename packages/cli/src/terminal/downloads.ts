/**
 * Downloads on standard error: one line that is rewritten on a terminal, a line every tenth of a file elsewhere.
 */
import type * as Dataset from "@rocflow/core/datasets/Dataset"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { type Screen, stderr } from "./progress.ts"
import { sizeText } from "./sizes.ts"

/** Listens to downloads; `clear` takes the animated line away. */
export interface Downloads {
  readonly listen: Dataset.Listen
  readonly clear: () => void
}

const tenth = (bytes: number, of: number | undefined): number => (of === undefined ? 0 : Math.floor((bytes * 10) / of))

/** Makes a display of downloads. */
export const make = (screen: Screen = stderr): Downloads => {
  let drawn = 0
  let shown = 0
  let url = ""
  const clear = () => {
    if (screen.animated) screen.write("\r\u001b[2K")
  }
  const line = (text: string) => {
    clear()
    screen.write(`${text}\n`)
  }
  return {
    clear,
    listen: (event) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        if (event._tag === "Waiting") return line(`waiting for ${event.owner}, which works on the same data set`)
        if (event._tag === "Retrying") return line(`again: ${event.because}`)
        const { bytes, of } = event
        if (event.url !== url) [url, shown] = [event.url, 0]
        const text = `${sizeText(bytes)}${of === undefined ? "" : ` of ${sizeText(of)}`} from ${url}`
        if (screen.animated) {
          if (now - drawn < 80 && bytes !== of) return
          drawn = now
          screen.write(`\r\u001b[2K${text.slice(0, Math.max(20, screen.width - 1))}`)
        } else if (tenth(bytes, of) > shown) {
          shown = tenth(bytes, of)
          line(text)
        }
      })
  }
}
