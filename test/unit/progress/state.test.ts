import type { AttemptEvent, StepEndEvent } from 'stepchain'
import { expect, test } from 'vitest'
import { createProgress } from '../../../src/progress/create.ts'
import { RunState } from '../../../src/progress/state.ts'
import { FakePlatform } from './fake-platform.ts'

const run = { chain: 'job', runId: 'r', path: '', name: 'job', kind: 'run' } as const

function attempt(path: string, more: Partial<AttemptEvent> = {}): AttemptEvent {
  return { ...run, path, name: path, kind: 'step', attempt: 1, attempts: 1, ...more }
}

function end(path: string, more: Partial<StepEndEvent> = {}): StepEndEvent {
  return { ...attempt(path), status: 'ok', duration: 5, abandoned: false, ...more }
}

test('what is inside of a step that is tried again is done again', () => {
  const state = new RunState(run, 0)
  const outer = state.begin(attempt('a'), 0)
  const inner = state.begin(attempt('a/b'), 0)
  state.begin(attempt('a/b/c'), 0)
  expect(outer.children.get('a/b')).toBe(inner)
  state.retry({ ...attempt('a'), error: new Error('no'), duration: 1, delay: 100, abandoned: false }, 10)
  expect(outer.children.size).toBe(0)
  expect(outer.resumesAt).toBe(110)
  expect(state.find(attempt('a/b/c'))).toBeNull()
})

test('a step of which nothing is known is passed over, or known by its end', () => {
  const state = new RunState(run, 0)
  expect(state.retry({ ...attempt('x'), error: 1, duration: 1, delay: 1, abandoned: false }, 0)).toBeNull()
  expect(state.progress({ ...attempt('x'), done: 1 }, 0)).toBeNull()
  expect(state.end(end('x', { status: 'skipped' }), 7).status).toBe('skipped')
  expect(state.begin(attempt('x'), 8).status).toBe('running')
  expect(state.children.size).toBe(1)
})

test('what is left running when its group ends is cancelled', () => {
  const state = new RunState(run, 0)
  state.begin(attempt('g', { kind: 'parallel' }), 0)
  const branch = state.begin(attempt('g/left/a'), 10)
  expect(branch.label).toBe('left/a')
  state.end(end('g', { status: 'failed' }), 30)
  expect(branch).toMatchObject({ status: 'cancelled', duration: 20 })
})

test('of a loop nothing is kept but what is running', () => {
  const state = new RunState(run, 0)
  const loop = state.begin(attempt('m', { kind: 'map' }), 0)
  for (let index = 0; index < 1_000; index++) {
    state.begin(attempt(`m/${index}`, { kind: 'item' }), 0)
    state.begin(attempt(`m/${index}/step`), 0)
    state.end(end(`m/${index}/step`), 0)
    state.end(end(`m/${index}`, { kind: 'item', status: index % 2 === 0 ? 'ok' : 'failed' }), 0)
    state.begin(attempt(`m/${index}/step.compensate`), 0)
    state.end(end(`m/${index}/step.compensate`), 0)
  }
  expect(loop.children.size).toBe(0)
  expect(loop.failed).toBe(500)
  expect(state.find(attempt('m/1/step'))).toBeNull()
})

test('events of runs that are not shown, and of nested ones, change nothing', () => {
  const platform = new FakePlatform()
  const hooks = createProgress({ interactive: false }, platform)
  hooks.beforeStep?.(attempt('a'))
  hooks.onRunStart?.({ ...run, path: 'outer' })
  hooks.onRunEnd?.({ ...run, path: 'outer', status: 'ok', duration: 1 })
  hooks.onRunStart?.(run)
  hooks.onProgress?.({ ...attempt('unknown'), done: 1 })
  hooks.onRunEnd?.({ ...run, status: 'ok', duration: 1 })
  expect(platform.stderr.lines.map((line) => line.replace(/^\S+ /, ''))).toEqual(['job started', 'job ok in 1 ms'])
})
