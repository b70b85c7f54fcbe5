/**
 * Texts with names that others gave, for a terminal.
 */
import * as Excerpt from "@rocflow/core/Excerpt"

/** Where our lines end, and the colours that we give. */
// eslint-disable-next-line no-control-regex
const ours = /(\n|\t|\u001b\[[\d;]*m)/

/** Writes out what would move the cursor or turn the order of characters around; ends of lines, tabs and colours stay. */
export const visible = (text: string): string =>
  text
    .split(ours)
    .map((part, i) => (i % 2 === 1 ? part : Excerpt.visible(part)))
    .join("")
