import { expect, test } from 'vitest'
import { OpenSteps } from '../../../src/diagnostics/open-steps.ts'

const at = (path: string, runId = 'r') => ({ chain: 'c', runId, path })

function keeper() {
  const discarded: string[] = []
  return { discarded, steps: new OpenSteps<string>((value) => void discarded.push(value)) }
}

test('what is open is found by its run and path, and around what is inside of it', () => {
  const { steps } = keeper()
  expect(steps.around(at('a'))).toBeUndefined()
  steps.open(at(''), 'run')
  steps.open(at('a'), 'a')
  steps.open(at('a/7'), 'a/7')
  expect([steps.find(at('a')), steps.find(at('b')), steps.find(at('a', 'other'))]).toEqual(['a', undefined, undefined])
  expect(steps.find({ ...at('a'), chain: 'other' })).toBeUndefined()
  expect(['', 'b', 'a', 'a/7', 'a/7/x', 'a/8/x/y', 'a#2/x'].map((path) => steps.around(at(path)))).toEqual([
    undefined,
    'run',
    'run',
    'a',
    'a/7',
    'a',
    'a',
  ])
  expect(steps.close(at('a'))).toBe('a')
  expect(steps.around(at('a/8'))).toBe('run')
})

test('a run of which nothing is open any more is forgotten', () => {
  const { steps, discarded } = keeper()
  steps.open(at('x/inner'), 'run')
  steps.open(at('x/inner/a'), 'a')
  expect(steps.around(at('x'))).toBeUndefined()
  steps.close(at('x/inner/a'))
  expect(steps.size).toBe(1)
  steps.close(at('x/inner'))
  expect([steps.size, steps.close(at('x/inner')), discarded]).toEqual([0, undefined, []])
})

test('an id may be that of runs of several chains', () => {
  const { steps } = keeper()
  const other = { ...at(''), chain: 'other' }
  steps.open(at(''), 'run')
  steps.open(other, 'other run')
  expect([steps.find(at('')), steps.find(other), steps.size]).toEqual(['run', 'other run', 1])
  expect(steps.close(at(''))).toBe('run')
  expect([steps.find(at('')), steps.close(other), steps.size]).toEqual([undefined, 'other run', 0])
})

test('what is replaced, or inside of what ends, is discarded, the innermost first', () => {
  const { steps, discarded } = keeper()
  for (const path of ['', 'a', 'a/b', 'a/b/c', 'ab']) steps.open(at(path), path)
  steps.closeInside(at('a'))
  expect(discarded).toEqual(['a/b/c', 'a/b'])
  steps.open(at('a'), 'again')
  expect(discarded.slice(2)).toEqual(['a'])
  steps.open(at(''), 'next run')
  expect(discarded.slice(3)).toEqual(['ab', 'again', ''])
  expect(steps.find(at(''))).toBe('next run')
  steps.closeInside(at('', 'unknown'))
})

test('of runs that never end only so many are kept in mind', () => {
  const { steps, discarded } = keeper()
  for (let run = 0; run < 16_390; run++) steps.open(at('', `r${run}`), String(run))
  expect(steps.size).toBe(16_384)
  expect(discarded).toEqual(['0', '1', '2', '3', '4', '5'])
  expect(steps.find(at('', 'r6'))).toBe('6')
})
