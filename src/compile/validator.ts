import { describeThrown } from '../define/describe.ts'
import type { Issue, StandardResult, StandardSchema } from '../define/standard-schema.ts'
import type { Place } from './check.ts'

/** A verdict on a value: what to go on with, or what is wrong with it. */
export type Verdict =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly issues: readonly Issue[]; readonly cause?: unknown }

/** Judges a value, at once or later. It never throws, and its promise never rejects. */
export type Validator = (value: unknown) => Verdict | PromiseLike<Verdict>

function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T> | null | undefined)?.then === 'function'
}

function refused(thrown: unknown): Verdict {
  return { ok: false, issues: [{ message: describeThrown(thrown) }], cause: thrown }
}

/** Calls a judge, now or when its promise is there, and turns whatever it throws into a verdict. */
function judge<T>(ask: () => T | PromiseLike<T>, answer: (given: T) => Verdict): Verdict | PromiseLike<Verdict> {
  try {
    const given = ask()
    return isPromiseLike(given) ? Promise.resolve(given).then(answer).catch(refused) : answer(given)
  } catch (thrown) {
    return refused(thrown)
  }
}

function schemaVerdict(result: StandardResult<unknown>): Verdict {
  const { issues } = result
  if (issues === undefined) return { ok: true, value: result.value }
  // Issues that cannot be described throw here, where that is a refusal, and not where the error is made.
  describeIssues(issues)
  return { ok: false, issues }
}

function isSchema(value: unknown): value is StandardSchema {
  // arktype's schemas are functions.
  const schema = value as Partial<StandardSchema> | null | undefined
  return typeof schema?.['~standard']?.validate === 'function'
}

/**
 * Compiles `validate` or `input`: a Standard Schema, whose output replaces the value, or a function that throws or returns `false`.
 * @throws DefinitionError where it is neither
 */
export function compileValidator(validate: unknown, place: Place, option: string): Validator {
  if (isSchema(validate)) {
    const standard = validate['~standard']
    return (value) => judge(() => standard.validate(value), schemaVerdict)
  }
  if (typeof validate !== 'function')
    return place.refuse(option, validate, 'a Standard Schema (zod, valibot, arktype, …) or a function')
  return (value) =>
    judge(
      () => (validate as (given: unknown) => unknown)(value),
      (given) =>
        given === false ? { ok: false, issues: [{ message: 'the validator returned false' }] } : { ok: true, value },
    )
}

const LISTED = 8

/** What is wrong, in one line. */
export function describeIssues(issues: readonly Issue[]): string {
  const lines = issues.slice(0, LISTED).map((issue) => {
    const path = issue.path?.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
    return path === undefined || path === '' ? issue.message : `${path}: ${issue.message}`
  })
  return lines.join('; ') + (issues.length > LISTED ? `; and ${issues.length - LISTED} more` : '')
}
