import { describe, expect, it } from "vitest"
import { meant } from "../../src/internal/suggest.ts"

describe("what was meant", () => {
  it.each([
    ["roc_auc", "auc"],
    ["classif.auroc", "auc"],
    ["F1", "fbeta"],
    ["aucc", "auc"]
  ])("by %s is %s", (written, name) => {
    expect(meant(written, ["error", "auc", "fbeta", "rsq"], "none")).toBe(`did you mean "${name}"?`)
  })

  it("is none of the names that are not there", () => {
    expect(meant("r2", ["auc"], "known are auc")).toBe("known are auc")
  })
})
