/**
 * The made-up patients of `data.csv`: three clinics, two of which share a pattern of relapse and one of which does not.
 *
 * `npx node examples/main-job/generate.ts` writes the file again; a test checks that it is the one committed.
 */
import * as Seed from "@rocflow/core/Seed"
import { writeFileSync } from "node:fs"

/** What raises (+) or lowers (−) the log-odds of a relapse, per standard deviation of the feature. */
interface Pattern {
  readonly pain: number
  readonly stiffness: number
  readonly crp: number
  readonly sleep: number
  readonly activity: number
  readonly sessions: number
  readonly emergency: number
}

interface Clinic {
  readonly name: string
  readonly patients: number
  /** The log-odds of a relapse of an average patient. */
  readonly baseline: number
  /** The mean age in years. */
  readonly age: number
  /** The mean weekly hours of exercise. */
  readonly activity: number
  readonly pattern: Pattern
}

/** Pain, stiffness and inflammation announce a relapse; exercise and sleep protect. */
const everyday: Pattern = {
  pain: 0.7,
  stiffness: 0.6,
  crp: 0.6,
  sleep: -0.5,
  activity: -0.5,
  sessions: -0.2,
  emergency: 0.4
}

/** Athletes who feel little pain train too much too early: pain, exercise and sessions change their signs. */
const sports: Pattern = { ...everyday, pain: -0.3, activity: 1.2, crp: 0.4, sessions: 0.9 }

/** The clinics in the order of the file. */
export const clinics: ReadonlyArray<Clinic> = [
  { name: "harbour", patients: 400, baseline: -2.3, age: 54, activity: 3, pattern: everyday },
  { name: "meadow", patients: 360, baseline: -1.9, age: 58, activity: 2.5, pattern: everyday },
  { name: "summit", patients: 300, baseline: -2.2, age: 29, activity: 5, pattern: sports }
]

const header = "clinic,outcome,age,bmi,pain,stiffness,crp,sleep,activity,sessions,referral"
const referrals = ["doctor", "doctor", "doctor", "self", "self", "emergency"] as const

/** One line of the file. What a patient draws depends on the clinic and the patient's number alone. */
const patient = (clinic: Clinic, number: number): string => {
  const random = Seed.generator(Seed.derive(Seed.root(3), "main-job", clinic.name, number))
  const age = random.normal()
  const bmi = random.normal()
  const pain = random.normal()
  const stiffness = 0.4 * pain + Math.sqrt(1 - 0.4 ** 2) * random.normal()
  const crp = 0.3 * stiffness + Math.sqrt(1 - 0.3 ** 2) * random.normal()
  const sleep = -0.3 * pain + Math.sqrt(1 - 0.3 ** 2) * random.normal()
  const activity = random.normal()
  const sessions = random.normal()
  const referral = referrals[random.below(referrals.length)]!
  const recorded = random.float() < 0.96
  const { pattern } = clinic
  const logOdds =
    clinic.baseline +
    pattern.pain * pain +
    pattern.stiffness * stiffness +
    pattern.crp * crp +
    pattern.sleep * sleep +
    pattern.activity * activity +
    pattern.sessions * sessions +
    (referral === "emergency" ? pattern.emergency : 0)
  const relapse = random.float() < 1 / (1 + Math.exp(-logOdds))
  return [
    clinic.name,
    relapse ? "relapse" : "recovered",
    Math.round(clinic.age + 9 * age),
    (26 + 3.5 * bmi).toFixed(1),
    Math.min(10, Math.max(0, 5 + 2 * pain)).toFixed(1),
    Math.round(Math.max(0, 30 + 14 * stiffness)),
    Math.exp(1 + 0.6 * crp).toFixed(1),
    (6.8 + 0.9 * sleep).toFixed(1),
    Math.max(0, clinic.activity + activity).toFixed(1),
    Math.round(Math.max(1, 9 + 3 * sessions)),
    recorded ? referral : ""
  ].join(",")
}

/** The text of `data.csv`. */
export const csv = (): string =>
  [
    header,
    ...clinics.flatMap((clinic) => Array.from({ length: clinic.patients }, (_, i) => patient(clinic, i))),
    ""
  ].join("\n")

if (import.meta.main) writeFileSync(new URL("data.csv", import.meta.url), csv())
