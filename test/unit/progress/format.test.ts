import { expect, test } from 'vitest'
import { attempt, count, duration, elapsed, kindOf, messageOf, rate, remaining } from '../../../src/progress/format.ts'
import { Meter } from '../../../src/progress/meter.ts'

test.each([
  [-1, '0 ms'],
  [0, '0 ms'],
  [0.04, '0 ms'],
  [1.26, '1.3 ms'],
  [9.94, '9.9 ms'],
  [9.96, '10 ms'],
  [999.4, '999 ms'],
  [999.6, '1.0 s'],
  [59_949, '59.9 s'],
  [59_960, '1 min 00 s'],
  [125_400, '2 min 05 s'],
  [3_599_400, '59 min 59 s'],
  [3_599_600, '1 h 00 min'],
  [90_000_000, '25 h 00 min'],
])('a duration of %d ms is %s', (ms, text) => {
  expect(duration(ms)).toBe(text)
})

test.each([
  [-5, '0.0 s'],
  [49, '0.0 s'],
  [51, '0.1 s'],
  [59_000, '59.0 s'],
  [61_000, '1 min 01 s'],
])('%d ms that go on are %s', (ms, text) => {
  expect(elapsed(ms)).toBe(text)
})

test.each([
  [1, '1 s'],
  [58_500, '59 s'],
  [59_500, '1 min 00 s'],
])('%d ms that are left are %s', (ms, text) => {
  expect(remaining(ms)).toBe(text)
})

test.each([
  [0, '0'],
  [0.26, '0.3'],
  [99.5, '99.5'],
  [100.4, '100'],
  [1_234, '1,234'],
  [1_234_567, '1,234,567'],
])('the number %d is %s', (value, text) => {
  expect(count(value)).toBe(text)
})

test.each([
  [12, '12/s'],
  [1, '1/s'],
  [0.5, '30/min'],
  [2_500, '2,500/s'],
])('%d a second are %s', (perSecond, text) => {
  expect(rate(perSecond)).toBe(text)
})

test('attempts without a limit have no number of all', () => {
  expect(attempt(2, Infinity)).toBe('attempt 2')
  expect(attempt(2, 3)).toBe('attempt 2 of 3')
})

test.each([
  [new TypeError('secret'), 'TypeError'],
  [Object.assign(new Error('secret'), { code: 'ENOENT' }), 'Error ENOENT'],
  [Object.assign(new Error('secret'), { name: 'a secret', code: 7 }), 'object'],
  ['a secret', 'string'],
  [undefined, 'undefined'],
  [null, 'object'],
  [{}, 'object'],
  [
    Object.defineProperty({}, 'name', {
      get: () => {
        throw new Error('no')
      },
    }),
    'object',
  ],
])('what was thrown is told by its kind alone: %o', (thrown, kind) => {
  expect(kindOf(thrown)).toBe(kind)
})

test('a message that cannot be read is none', () => {
  expect(messageOf(new Error('why'))).toBe('why')
  expect(messageOf({ message: 7 })).toBe('')
  expect(messageOf(undefined)).toBe('')
})

test('a rate is that of the last ten seconds, so that a change of pace is seen', () => {
  const meter = new Meter(0)
  expect(meter.rate(1_000)).toBeNull()
  expect(meter.part()).toBeNull()
  for (let now = 1_000; now <= 20_000; now += 1_000) meter.update({ done: now / 1_000, total: 1_000 }, now)
  expect(meter.rate(20_000)).toBeCloseTo(1)
  for (let now = 21_000; now <= 40_000; now += 1_000) meter.update({ done: (now - 18_000) * 0.01, total: 1_000 }, now)
  expect(meter.rate(40_000)).toBeCloseTo(10)
  expect(meter.eta(40_000)).toBeCloseTo(78_000)
  expect(meter.part()).toBe(0.22)
  meter.update({ done: 1_000, total: 1_000 }, 41_000)
  expect(meter.eta(41_000)).toBeNull()
})

test('what goes back has begun again', () => {
  const meter = new Meter(0)
  meter.update({ done: 50, total: 100 }, 10_000)
  meter.update({ done: 0, total: 100 }, 10_000)
  expect(meter.rate(12_000)).toBeNull()
  meter.update({ done: 4, total: 100 }, 12_000)
  expect(meter.rate(12_000)).toBe(2)
})
