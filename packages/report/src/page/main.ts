/**
 * What a reader does with a report: choose, point, move the threshold, save. The page is complete without it.
 */
import { choosing } from "./choosing.ts"
import { pointing } from "./pointing.ts"
import { saving } from "./saving.ts"
import { thresholds } from "./thresholds.ts"

document.documentElement.classList.add("js")
for (const details of document.querySelectorAll<HTMLDetailsElement>("details.others")) details.open = true
const threshold = thresholds()
choosing(threshold)
pointing()
saving()
