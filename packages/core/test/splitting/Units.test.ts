import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Column from "../../src/data/Column.ts"
import * as Task from "../../src/data/Task.ts"
import * as Units from "../../src/splitting/Units.ts"
import * as Tasks from "../support/tasks.ts"
import * as Given from "./tasks.ts"

const unitsOf = (task: Task.Task) => Result.getOrThrow(Units.make(task))

const y = (n: number) => Column.numeric(Array.from({ length: n }, (_, i) => i))

describe("Units.make", () => {
  it("codes what is there, whatever its name, and leaves out levels that no row has", () => {
    const site = Column.factor(["toString", "constructor", "toString"], {
      levels: ["absent", "constructor", "toString"]
    })
    const task = Tasks.of(
      { x: y(3), y: y(3), site, patient: Column.text(["__proto__", "a", "__proto__"]) },
      { target: "y", features: ["x"], group: "patient", subset: "site", stratum: "site" }
    )
    expect(unitsOf(task)).toEqual({
      [Units.TypeId]: Units.TypeId,
      rows: 3,
      group: Int32Array.of(0, 1, 0),
      groups: 2,
      unit: "group",
      stratum: { codes: Int32Array.of(0, 1, 0), names: ["site = toString", "site = constructor"] },
      stratumColumns: ["site"],
      subset: { codes: Int32Array.of(1, 0, 1), names: ["constructor", "toString"] },
      subsetColumn: "site",
      fold: undefined,
      target: undefined,
      targetColumn: "y"
    })
  })

  it("makes every row a group without a group role, and one stratum without a stratum role", () => {
    const units = unitsOf(Tasks.regression(4))
    expect([units.group, units.groups, units.unit]).toEqual([Int32Array.of(0, 1, 2, 3), 4, "row"])
    expect(units.stratum).toEqual({ codes: new Int32Array(4), names: [""] })
  })

  it("makes the copies of a row one group", () => {
    const units = unitsOf(Task.take(Tasks.regression(9), [8, 2, 8, 3, 2]))
    expect([units.group, units.groups, units.unit]).toEqual([Int32Array.of(0, 1, 0, 2, 1), 3, "distinct row"])
  })

  it("has a stratum for each combination of values", () => {
    const task = Tasks.of(
      { x: y(4), y: y(4), a: Column.text([..."uuvv"]), b: Column.text([..."stst"]) },
      { target: "y", features: ["x"], stratum: ["a", "b"] }
    )
    expect(unitsOf(task).stratum.names).toEqual(["a = u, b = s", "a = u, b = t", "a = v, b = s", "a = v, b = t"])
  })

  it("codes classes by their level, the positive one being 0", () => {
    const task = Tasks.of(
      { x: y(3), y: Column.text(["no", "yes", "no"]) },
      { target: "y", positive: "yes", levels: ["yes", "no"] }
    )
    expect(unitsOf(task).target).toEqual({ codes: Int32Array.of(1, 0, 1), names: ["yes", "no"] })
  })

  it("does not depend on which columns are features, nor on the order of columns", () => {
    fc.assert(
      fc.property(Given.rows, Given.roles, (rows, roles) => {
        const task = Given.taskOf(rows, roles)
        expect(unitsOf(Given.rearranged(task))).toEqual(unitsOf(task))
      })
    )
  })

  it("refuses a task that was changed so that a role has no column, missing values, or groups that span folds", () => {
    const task = Tasks.of(
      { x: y(2), y: y(2), g: Column.text(["a", "a"]), f: Column.text(["u", "u"]) },
      { target: "y", features: ["x"], group: "g", fold: "f" }
    )
    const changed = (f: Column.Column | undefined) => {
      const columns = new Map(task.table.columns)
      if (f === undefined) columns.delete("f")
      else columns.set("f", f)
      return Units.make({ ...task, table: { ...task.table, columns } })
    }
    const failures = [changed(undefined), changed(Column.text(["u", null])), changed(Column.text(["u", "v"]))]
    expect(
      failures.map((result) => Result.isFailure(result) && [result.failure.reason, result.failure.message])
    ).toEqual([
      ["MissingRole", 'the fold column "f" is not in the table. Give the role fold to one of the columns.'],
      [
        "MissingValue",
        'the fold column "f" has 1 missing values, so these rows belong nowhere. Remove the rows, or give them a value of their own.'
      ],
      [
        "GroupSpansFolds",
        'group "a" with rows in the folds "u" and "v" would be trained on and tested on at once. Make the fold column constant within each group.'
      ]
    ])
  })
})

describe("Units.byClass", () => {
  it("divides strata by class, where there are classes and the target is not among them", () => {
    const classes = unitsOf(Tasks.binary(6))
    expect(Units.byClass(classes).stratum).toEqual({
      codes: Int32Array.of(0, 1, 1, 0, 1, 1),
      names: ["class = yes", "class = no"]
    })
    const strata = unitsOf(Tasks.binary(6, { stratum: "s" }, { s: Column.text([..."aabbcc"]) }))
    expect(Units.byClass(strata).stratum.names).toEqual([
      "s = a, class = yes",
      "s = a, class = no",
      "s = b, class = no",
      "s = b, class = yes",
      "s = c, class = no"
    ])
    const whole = unitsOf(Tasks.binary(6, { stratum: ["s", "class"] }, { s: Column.text([..."aabbcc"]) }))
    expect(Units.byClass(whole)).toBe(whole)
    const regression = unitsOf(Tasks.regression(6))
    expect(Units.byClass(regression)).toBe(regression)
  })
})

describe("Units.tally", () => {
  it("counts the rows of each group in each stratum, or under the codes that are given", () => {
    const task = Tasks.of(
      { x: y(5), y: y(5), g: Column.text([..."abaab"]), s: Column.text([..."uvvuv"]), d: Column.text([..."kkkkl"]) },
      { target: "y", features: ["x"], group: "g", stratum: "s", subset: "d" }
    )
    const units = unitsOf(task)
    expect(Units.tally(units)).toEqual({
      first: Int32Array.of(0, 2, 3),
      stratum: Int32Array.of(0, 1, 1),
      count: Float64Array.of(2, 1, 2),
      pairOfRow: Int32Array.of(0, 2, 1, 0, 2),
      rowsOfGroup: Float64Array.of(3, 2),
      rowsOfStratum: Float64Array.of(2, 3)
    })
    expect(Units.tally(units, units.subset!).count).toEqual(Float64Array.of(3, 1, 1))
  })
})
