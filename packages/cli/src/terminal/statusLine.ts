/**
 * One line on standard error that is rewritten while something goes on, and survives a terminal that is resized.
 */
import * as Excerpt from "@rocflow/core/Excerpt"
import { visible } from "./visible.ts"
import { width } from "./textWidth.ts"

/** Where it is shown. */
export interface Screen {
  readonly write: (text: string) => void
  /** Whether it is a terminal, on which a line can be rewritten. */
  readonly animated: boolean
  /** The columns that it has now. */
  readonly width: () => number
}

/** Standard error. */
export const stderr: Screen = {
  write: (text) => process.stderr.write(text),
  animated: process.stderr.isTTY === true,
  width: () => process.stderr.columns ?? 100
}

/** A line that is rewritten, and lines above it that stay. */
export interface StatusLine {
  /** Shows a text at a time in seconds, not more often than is seen; nothing where there is no terminal. */
  readonly show: (now: number, text: string, last?: boolean) => void
  /** Takes it away. */
  readonly clear: () => void
  /** Writes a line that stays. */
  readonly line: (text: string) => void
}

/** Seconds from one rewriting to the next. */
const pause = 0.08

/** What fits into so many columns, from the left. */
const cut = (text: string, columns: number): string => {
  let fitting = text
  while (width(fitting) > columns) fitting = fitting.slice(0, -1)
  return fitting
}

/** Makes a line on a screen. */
export const make = (screen: Screen): StatusLine => {
  let drawn = -pause
  /** The columns of what is shown. */
  let shown = 0
  /** A line that has become wider than the terminal stands on several rows. */
  const clear = () => {
    if (shown === 0) return
    const rows = Math.ceil(shown / Math.max(1, screen.width()))
    shown = 0
    screen.write(`${rows > 1 ? `\u001b[${rows - 1}A` : ""}\r\u001b[J`)
  }
  return {
    clear,
    line: (text) => {
      clear()
      screen.write(`${visible(text)}\n`)
    },
    show: (now, text, last = false) => {
      if (!screen.animated || (now - drawn < pause && !last)) return
      drawn = now
      clear()
      const line = cut(Excerpt.visible(text), Math.max(20, screen.width() - 1))
      shown = width(line)
      screen.write(line)
    }
  }
}
