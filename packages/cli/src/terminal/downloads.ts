/**
 * Downloads on standard error: one line that is rewritten on a terminal, a line every tenth of a file elsewhere.
 */
import type * as Dataset from "@rocflow/core/datasets/Dataset"
import * as Duration from "@rocflow/core/Duration"
import * as Effect from "effect/Effect"
import { sizeText } from "./sizes.ts"
import * as StatusLine from "./statusLine.ts"

/** Listens to downloads; `clear` takes the animated line away. */
export interface Downloads {
  readonly listen: Dataset.Listen
  readonly clear: () => void
}

const tenth = (bytes: number, of: number | undefined): number => (of === undefined ? 0 : Math.floor((bytes * 10) / of))

/** Makes a display of downloads. */
export const make = (screen: StatusLine.Screen = StatusLine.stderr): Downloads => {
  const { clear, line, show } = StatusLine.make(screen)
  let shown = 0
  let url = ""
  return {
    clear,
    listen: (event) =>
      Effect.map(Duration.now, (now) => {
        if (event._tag === "Waiting") return line(`waiting for ${event.owner}, which works on the same data set`)
        if (event._tag === "Retrying") return line(`again: ${event.because}`)
        const { bytes, of } = event
        if (event.url !== url) [url, shown] = [event.url, 0]
        const text = `${sizeText(bytes)}${of === undefined ? "" : ` of ${sizeText(of)}`} from ${url}`
        show(now, text, bytes === of)
        if (!screen.animated && tenth(bytes, of) > shown) {
          shown = tenth(bytes, of)
          line(text)
        }
      })
  }
}
