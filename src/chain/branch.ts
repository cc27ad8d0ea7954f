import type { Place } from '../compile/check.ts'
import { addPut } from '../compile/names.ts'
import type { Node } from '../compile/plan.ts'
import { DEFAULT_SETTINGS } from '../compile/settings.ts'

/** What a branch is built with: it is given a chain, and gives that back with steps behind it. */
export type Build = (chain: unknown) => unknown

/** What the chain of one item knows beside the context. */
export const ITEM_KEYS: readonly string[] = ['item', 'index']

/**
 * The node that a branch begins with. All that is taken is taken for it too; but what surrounds the runs of the chain is around those of its
 * branches already, and what is said to a branch with `with` is its own.
 */
export function forkOf(tail: Node, keys: readonly string[] = []): Node {
  const header = { name: tail.header.name, input: null, settings: DEFAULT_SETTINGS }
  // A node of its own, so that it can be told from what the branch is built on.
  const fork: Node = { ...tail, header, previous: tail, put: null, step: null }
  return keys.reduce((node, key) => addPut(node, { key, value: undefined }), fork)
}

/** Whether what a branch was built to is the chain that it was given, with steps behind it. */
export function isBuiltOn(tail: Node, fork: Node): boolean {
  let node: Node | null = tail
  while (node !== null && node.size > fork.size) node = node.previous
  // `with` makes another last node of the same place.
  return node === fork || (node !== null && node.previous === fork.previous && node.size === fork.size)
}

/** @throws DefinitionError where a branch is no function */
export function asBuild(build: unknown, place: Place): Build {
  place.function('a branch', build, 'a function that is given a chain and gives it back with steps')
  return build as Build
}

// `(c) => c.next(load, …)`: what an arrow function does first with its one parameter.
const BUILDS = /^(?:\(\s*)?([\w$]+)\s*(?:\)\s*)?=>\s*(?:\(\s*)?\1\s*\.\s*(?:next|tap)\s*\(\s*[^)\s]/

/**
 * What a loop builds a branch with, if it does: a list of one, as `parallel` takes them. A function alone is called with each item, and calling it just to see would
 * do what it does; so of those only an arrow function is taken for a branch that plainly begins with a step.
 */
export function buildOf(fn: unknown): unknown {
  if (Array.isArray(fn) && fn.length === 1) return fn[0]
  return typeof fn === 'function' && BUILDS.test(Function.prototype.toString.call(fn)) ? fn : null
}
